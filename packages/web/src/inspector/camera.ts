/** Which part of an image is seen: `scale` screen pixels for each of its pixels, its top left corner at (`left`, `top`) on screen. */
export interface Camera {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The whole image, as large as fits, in the middle. */
export function fit(image: Size, screen: Size): Camera {
  const scale = Math.min(screen.width / image.width, screen.height / image.height);
  return {scale, left: (screen.width - image.width * scale) / 2, top: (screen.height - image.height * scale) / 2};
}

const largestPixel = 200;

/** Zooms by a factor around a point of the screen; never further out than the whole image, nor closer than a pixel of 200. */
export function zoom(camera: Camera, factor: number, at: {x: number; y: number}, image: Size, screen: Size): Camera {
  const whole = fit(image, screen);
  const scale = Math.max(whole.scale, Math.min(Math.max(largestPixel, whole.scale), camera.scale * factor));
  if (scale === whole.scale) return whole;
  const ratio = scale / camera.scale;
  return {scale, left: at.x - (at.x - camera.left) * ratio, top: at.y - (at.y - camera.top) * ratio};
}

/** The pixel of the image under a point of the screen, or undefined beside it. */
export function pixelAt(camera: Camera, {x, y}: {x: number; y: number}, image: Size): {column: number; row: number} | undefined {
  const column = Math.floor((x - camera.left) / camera.scale);
  const row = Math.floor((y - camera.top) / camera.scale);
  return column >= 0 && row >= 0 && column < image.width && row < image.height ? {column, row} : undefined;
}
