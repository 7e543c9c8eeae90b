import {readFileSync} from 'node:fs';
import type {ContextLanguage} from './layout.ts';

/** What a new folder's context starts with: an example of what can be said, or the usual variables of a SASE of the European XFEL. */
export type ContextTemplate = 'example' | 'sase1' | 'sase2' | 'sase3';

/** Where the templates of the three SASEs differ: the number, and which XGM is meant (at SASE 2 the only one, whatever its name). */
const sases: Readonly<Record<Exclude<ContextTemplate, 'example'>, {readonly sase: string; readonly device: string | undefined}>> = {
  sase1: {sase: '1', device: 'sa1'},
  sase2: {sase: '2', device: undefined},
  sase3: {sase: '3', device: 'sa3'},
};

const none: Readonly<Record<ContextLanguage, string>> = {python: 'None', typescript: 'undefined'};

const read = (name: string): string => readFileSync(new URL(`../../templates/${name}.txt`, import.meta.url), 'utf8');

/** The text of a context file to begin with. */
export function templateText(template: ContextTemplate, language: ContextLanguage): string {
  const suffix = language === 'python' ? 'py' : 'ts';
  if (template === 'example') return read(`context.${suffix}`);
  const {sase, device} = sases[template];
  const xgm = device === undefined ? none[language] : language === 'python' ? `"${device}"` : `'${device}'`;
  return read(`sase.${suffix}`).replaceAll('%SASE%', sase).replaceAll('%XGM%', xgm);
}
