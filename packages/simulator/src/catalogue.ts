import {mkdir, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';

/** What the stand-in catalogue says about every run. */
export interface CatalogueFacts {
  readonly sampleName?: string;
  readonly runType?: string;
  readonly techniques?: readonly {readonly identifier: string; readonly name: string}[];
}

export interface CatalogueOptions extends CatalogueFacts {
  /** Default: any free one. */
  readonly port?: number;
  /** True: takes requests and never answers. */
  readonly isSilent?: boolean;
}

const token = 'simulated';

/** Stands in for the facility's metadata catalogue (mymdc): the same addresses and answers, one sample and one experiment for all runs. */
export class StandInCatalogue implements AsyncDisposable {
  /** The paths that were asked for, below `/api/mymdc/`. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #options: CatalogueOptions;

  private constructor(options: CatalogueOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** Starts to listen on this machine. */
  static async start(options: CatalogueOptions = {}): Promise<StandInCatalogue> {
    const catalogue = new StandInCatalogue(options);
    await new Promise<void>((resolve, reject) => {
      catalogue.#server.once('error', reject);
      catalogue.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return catalogue;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Leaves its address and a token where contexts look for them: `usr/mymdc-credentials.yml` in the proposal's directory. */
  async leaveCredentials(proposalPath: string): Promise<void> {
    await mkdir(join(proposalPath, 'usr'), {recursive: true});
    await writeFile(join(proposalPath, 'usr/mymdc-credentials.yml'), `server: ${this.url}\ntoken: ${token}\n`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = /^\/api\/mymdc\/([^?]*)/.exec(request.url ?? '')?.[1] ?? '';
    this.requests.push(path);
    if (this.#options.isSilent) return;
    const isKnown = request.headers['x-api-key'] === token;
    const found = isKnown ? answerTo(path, this.#options) : undefined;
    response.writeHead(isKnown ? (found ? 200 : 404) : 401, {'content-type': 'application/json'});
    response.end(JSON.stringify(found ?? {info: isKnown ? 'not found' : 'the token is not valid'}));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** What the catalogue answers, or undefined where it knows nothing. */
function answerTo(path: string, {sampleName = 'No sample', runType = 'Test DAQ', techniques = []}: CatalogueFacts): object | undefined {
  const [kind, id, ...rest] = path.split('/');
  if (kind === 'samples') return {id: 1, name: sampleName, url: '', description: ''};
  if (kind === 'experiments') return {id: 1, name: runType};
  if (kind === 'runs') return {id: Number(id), techniques};
  if (kind !== 'proposals' || id !== 'by_number') return undefined;
  const [proposal, , run] = rest;
  if (run === undefined) return {id: 1, number: Number(proposal), title: 'A simulated beamtime'};
  return {runs: [{id: Number(run), run_number: Number(run), sample_id: 1, experiment_id: 1, cal_num_requests: 0}]};
}
