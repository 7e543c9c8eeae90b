/** Why a variable has no value: what is stored as its error. */
export interface VariableError {
  /** Class name without module, e.g. `ValueError`; `Skip` when there is nothing wrong. */
  readonly errorClass: string;
  readonly message: string;
  /** It is a `Skip` of the user's own class, which is as harmless as a `Skip`. */
  readonly isSkip?: boolean;
  /** Only on `DependencyError`: the errors of the dependencies that were missing, in the order of the inputs. */
  readonly causes?: readonly NamedError[];
}

/** An error with the variable it belongs to. */
export interface NamedError {
  readonly name: string;
  readonly error: VariableError;
}

const firstLine = 'Skipped due to missing dependency:';

function leafLines(error: VariableError): string[] {
  const [first, ...rest] = error.message.split('\n');
  return [first === '' ? error.errorClass : `${error.errorClass}: ${first}`, ...rest.map((line) => `   ${line}`)];
}

function branchLines({name, error}: NamedError): string[] {
  // The text of a dependency error that has come from elsewhere is a tree already.
  if (error.errorClass === 'DependencyError' && !error.causes)
    return [
      `(${name}) skipped`,
      ...error.message
        .split('\n')
        .slice(1)
        .map((line) => `   ${line}`),
    ];
  if (error.causes) return [`(${name}) skipped`, ...treeLines(error.causes).map((line) => `   ${line}`)];
  const [first, ...rest] = leafLines(error);
  return [`(${name}) failed: ${first}`, ...rest];
}

function treeLines(causes: readonly NamedError[]): string[] {
  return causes.flatMap((cause, index) => {
    const isLast = index === causes.length - 1;
    const [first, ...rest] = branchLines(cause);
    // Every further line of a branch starts with three blanks; the first of them carries the branch that goes on below.
    return [`${isLast ? '└' : '├'} ${first}`, ...rest.map((line) => (isLast ? line : `│${line.slice(1)}`))];
  });
}

/** The tree of what went wrong below a variable, the text users see in its cell. */
export const dependencyTree = (causes: readonly NamedError[]): string => [firstLine, ...treeLines(causes)].join('\n');

const isHarmless = ({error}: NamedError): boolean =>
  error.isSkip === true || error.errorClass === 'Skip' || error.errorClass === 'Cancelled';

/**
 * The error of a variable whose dependencies gave nothing.
 *
 * Dependencies that failed make it a `DependencyError` with their tree; if all of them only skipped, it is a `Skip` with the same text. Without any error
 * (they returned nothing, or never ran) it is a `Skip` that lists them.
 *
 * @param missing names of the dependencies without a value, one for each input and match, in the order of the inputs.
 * @param errors the errors recorded so far.
 */
export function dependencyError(missing: readonly string[], errors: ReadonlyMap<string, VariableError>): VariableError {
  const causes = missing.flatMap((name) => {
    const error = errors.get(name);
    return error ? [{name, error}] : [];
  });
  if (causes.length === 0) {
    return {errorClass: 'Skip', message: ['Dependencies returned no data:', ...missing.map((name) => `- '${name}'`)].join('\n')};
  }
  const message = dependencyTree(causes);
  return causes.every(isHarmless) ? {errorClass: 'Skip', message} : {errorClass: 'DependencyError', message, causes};
}
