import {text} from 'node:stream/consumers';
import {sentenceOf} from '@firstlight/core';
import {z} from 'zod';
import {bundleVersion, inBundle, type Manifest, manifestSchema} from './layout.ts';
import {badBundle, type ZipReader} from './zip-reader.ts';

const largestManifest = 512 * 2 ** 20;

/**
 * Reads what a bundle should hold, and compares it with the list of what it holds: the same files, of the same sizes.
 *
 * @throws FirstlightError `bad-bundle`.
 */
export async function readManifest(zip: ZipReader, path: string): Promise<Manifest> {
  const entry = zip.entries.get(inBundle.manifest);
  if (!entry) throw badBundle(path, `it is no bundle of ours (it has no ${inBundle.manifest})`);
  if (entry.uncompressedSize > largestManifest) throw badBundle(path, 'its manifest is too large to be one');
  const content = await text(await zip.read(entry)).catch((error: unknown) => {
    throw badBundle(path, `its manifest cannot be read (${sentenceOf(error)})`, error);
  });
  const manifest = manifestSchema.safeParse(jsonOf(content));
  if (!manifest.success) throw badBundle(path, `its manifest is not understood (${z.prettifyError(manifest.error).split('\n')[0]})`);
  if (manifest.data.version > bundleVersion)
    throw badBundle(path, `it was made by a later version of Firstlight (${manifest.data.software.version}); update this one`);
  const fault = differenceOf(zip, manifest.data);
  if (fault !== undefined) throw badBundle(path, fault);
  return manifest.data;
}

function differenceOf({entries}: ZipReader, {files}: Manifest): string | undefined {
  for (const [name, {size}] of Object.entries(files)) {
    const entry = entries.get(name);
    if (!entry) return `${name} is missing in it`;
    if (entry.uncompressedSize !== size) return `${name} has ${entry.uncompressedSize} bytes and should have ${size}`;
  }
  const extra = [...entries.keys()].find((name) => name !== inBundle.manifest && !Object.hasOwn(files, name));
  return extra === undefined ? undefined : `${extra} is in it but not in its manifest`;
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
