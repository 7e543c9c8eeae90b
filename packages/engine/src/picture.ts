import {createHash} from 'node:crypto';
import type {RunId} from '@firstlight/core';

/** Makes the address of a cell's picture; another `version` (its bytes, or when it was stored) is another address, so that caches never show an old one. */
export type PictureAddress = (run: RunId, name: string, version: string) => string;

/** The addresses of one experiment's pictures, as the server serves them. */
export const pictureAddresses =
  (experiment: string): PictureAddress =>
  ({proposal, run}, name, version) => {
    const digest = createHash('sha256').update(version).digest('hex').slice(0, 12);
    return `/api/experiments/${encodeURIComponent(experiment)}/runs/${proposal}/${run}/${encodeURIComponent(name)}/preview.png?digest=${digest}`;
  };
