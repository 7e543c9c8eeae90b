/** Contexts in Python that cost nothing but their number. */
export const trivial = (count: number): string => context(Array.from({length: count}, (_, i) => variable(i, `return ${i}`)));

/** Eight variables that wait for half a second each. */
export const sleeping = (): string => context(Array.from({length: 8}, (_, i) => variable(i, 'time.sleep(0.5)\n    return 1')));

/** Eight variables that compute for half a second each: so much of processor time, whoever else has it. */
export const computing = (): string =>
  context(
    Array.from({length: 8}, (_, i) =>
      variable(i, 'began = time.process_time()\n    while time.process_time() - began < 0.5:\n        sum(range(1000))\n    return 1'),
    ),
  );

const context = (variables: readonly string[]): string => `import time\nfrom damnit_ctx import Variable\n\n${variables.join('\n')}`;

const variable = (index: number, body: string): string => `@Variable(title="V${index}")\ndef v${index}(run):\n    ${body}\n`;
