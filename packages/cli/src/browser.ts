import {spawn} from 'node:child_process';

/** Opens an address in the person's browser; does nothing where there is no screen. */
export function openInBrowser(url: string): void {
  const opener = {darwin: 'open', linux: 'xdg-open'}[process.platform as string];
  const hasScreen = process.platform === 'darwin' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!opener || !hasScreen) return;
  const child = spawn(opener, [url], {stdio: 'ignore', detached: true});
  child.on('error', () => {}); // no opener installed: the address is on the terminal
  child.unref();
}
