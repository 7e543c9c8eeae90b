const mostTries = 6;
const firstWaitMs = 1000;

/** Loads a picture; when the server is away for a moment it is asked for again, ever more seldom, as long as the picture is on the page. */
export function loadPicture(image: HTMLImageElement, address: string): void {
  let tries = 0;
  image.addEventListener('error', () => {
    tries += 1;
    if (tries < mostTries) setTimeout(() => image.isConnected && (image.src = address), firstWaitMs * 2 ** tries);
  });
  image.src = address;
}
