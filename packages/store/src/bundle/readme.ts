import {inBundle} from './layout.ts';

interface ReadmeFacts {
  readonly proposals: readonly number[];
  readonly runs: number;
  readonly created: Date;
  readonly version: string;
  readonly problems: readonly string[];
}

/** The text that tells a person without any of our programs what is in a bundle. */
export const readmeOf = ({
  proposals,
  runs,
  created,
  version,
  problems,
}: ReadmeFacts): string => `# Results of proposal ${proposals.join(', ')}

${runs} runs, exported by Firstlight ${version} on ${created.toISOString().slice(0, 10)}.

| what | where |
| --- | --- |
| the table | \`${inBundle.csv}\`, with types and units \`${inBundle.parquet}\` |
| pictures and figures | \`${inBundle.figures}\` |
| arrays | \`folder/extracted_data/pPROPOSAL_rRUN.h5\` (HDF5; xarray opens a group NAME of netCDF content with the engine h5netcdf) |
| everything of the above again as a folder that DAMNIT and Firstlight open | \`folder/\` |
| the code that computed the values, in every version | \`${inBundle.code}\` |
| with which interpreter and packages | \`${inBundle.environments}\` |
| when, by what and from what each value was computed | \`${inBundle.history}\`, one JSON object per line |
| a description for other tools (RO-Crate) | \`${inBundle.crate}\` |
| size and SHA-256 of every file | \`${inBundle.manifest}\`, and for \`sha256sum --check\` \`${inBundle.checksums}\` |

To go on with it: \`firstlight import THIS.zip DIR\` checks every file and makes an experiment folder of it. Or unpack it and open \`folder/\` with DAMNIT.
${problems.length > 0 ? `\n## What is missing\n\n${problems.map((problem) => `- ${problem}\n`).join('')}` : ''}`;
