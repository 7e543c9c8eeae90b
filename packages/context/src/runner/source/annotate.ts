import {readFileSync} from 'node:fs';
import type {DeclaredVariable} from '@firstlight/core';
import {Declarations} from './declarations.ts';

function declarationsIn(file: string): Declarations | undefined {
  try {
    return new Declarations(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // gone in the meantime; the next load sees it
  }
}

/**
 * Adds to variables what only their source says: descriptions from doc comments, and the place of the export where the variable itself is made elsewhere.
 *
 * @param context the context file.
 */
export function annotate(variables: readonly DeclaredVariable[], context: string): DeclaredVariable[] {
  const sources = new Map<string, Declarations | undefined>();
  const sourceOf = (file: string): Declarations | undefined => {
    if (!sources.has(file)) sources.set(file, declarationsIn(file));
    return sources.get(file);
  };
  return variables.map((variable) => {
    const placed = place(variable, sourceOf(context));
    const description = variable.description ?? descriptionOf(variable, sourceOf(variable.file ?? context), sourceOf(context)) ?? null;
    return {...placed, description};
  });
}

function descriptionOf(
  {name, line, column}: DeclaredVariable,
  own: Declarations | undefined,
  context: Declarations | undefined,
): string | undefined {
  const atCall = line === null || column === null ? undefined : own?.docAt(line, column);
  return atCall ?? context?.exported.get(name)?.doc;
}

/** A variable that a function makes is where it is exported, not where that function calls `variable`. */
function place(variable: DeclaredVariable, context: Declarations | undefined): DeclaredVariable {
  const {name, line, column, file, ...rest} = variable;
  const declaration = context?.exported.get(name);
  if (!context || !declaration) return variable;
  const call = line === null || column === null || file !== undefined ? undefined : context.offsetOf(line, column);
  if (call !== undefined && call >= declaration.start && call < declaration.end) return variable;
  return {...rest, name, line: declaration.line, column: declaration.column};
}
