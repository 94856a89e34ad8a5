import { writeFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { type Answered, answer, type Question } from '@/lib/compute/answer';
import type { ComputeFunction } from '@/lib/compute/define';
import { CAPABILITIES, CAPABILITY_NAMES, capabilityNamed } from '@/lib/compute/registry';
import { AppError, toAppError } from '@/lib/errors';
import { ThreadPool } from '@/lib/threads/pool';
import { startThread } from '@/lib/threads/thread';
import { type Flag, flagsOf, flagValue } from './flags';
import { helpAfter } from './help';
import { inputOf } from './input';

const OK = 0;
const FAULT = 1;
const BAD_INPUT = 2;

interface Common {
  readonly out?: string;
  readonly format?: 'json' | 'csv';
  readonly table?: string;
  readonly map?: string;
  readonly ignore?: string;
  readonly pretty?: boolean;
  readonly progress?: boolean;
}

/** `field=column,field=column`. */
function mapping(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((p) => p.split('='));
  const wrong = pairs.find((p) => p.length !== 2 || !p[0] || !p[1]);
  if (wrong)
    throw new AppError('invalid_input', `--map: "${wrong.join('=')}" is no pair; write field=column,field=column`, {
      field: 'map',
    });
  for (const side of [0, 1] as const) {
    const twice = pairs.find((p, k) => pairs.findIndex((q) => q[side] === p[side]) !== k);
    if (twice)
      throw new AppError(
        'invalid_input',
        `--map: ${side === 0 ? 'field' : 'column'} "${twice[side]}" is given twice; a field has one column`,
        { field: 'map' },
      );
  }
  return Object.fromEntries(pairs);
}

/** An option that may be given once: of two values, one would be ignored. */
function once(name: string, flags: string, describe: string): Option {
  return new Option(flags, describe).argParser((v: string, before: string | undefined) => {
    if (before !== undefined)
      throw new AppError('invalid_input', `--${name}: is given twice, "${before}" and "${v}"; give it once`, { field: name });
    return v;
  });
}

/** An option with a list, which may be given in parts. */
const inParts = (flags: string, describe: string): Option =>
  new Option(flags, describe).argParser((v: string, before: string | undefined) => (before === undefined ? v : `${before},${v}`));

async function onThread(question: Question, title: string): Promise<Answered> {
  const { progressLine } = await import('./progress');
  const program = new URL('../workers/compute/call.js', import.meta.url);
  const thread = new ThreadPool<Question, Answered>({ threads: 1, idleMs: 0 }, () => startThread(program));
  const line = progressLine(title);
  try {
    return await thread.run(question, { report: line.report });
  } finally {
    line.stop();
    await thread.stop();
  }
}

/** Result as text in the wanted form, written to a file or to standard output. */
async function run(
  f: ComputeFunction,
  flags: readonly Flag[],
  file: string | undefined,
  options: Record<string, unknown>,
): Promise<void> {
  const common = options as Common;
  const given = Object.fromEntries(
    flags.flatMap((flag) => {
      const v = options[attribute(flag.name)];
      return v === undefined ? [] : [[flag.field, typeof v === 'boolean' ? v : flagValue(flag, String(v))]];
    }),
  );
  const input = inputOf(f, flags, given, {
    file,
    map: mapping(common.map),
    ignore: common.ignore?.split(',').filter(Boolean) ?? [],
  });
  const format = common.format ?? (common.table || common.out?.toLowerCase().endsWith('.csv') ? 'csv' : 'json');
  const question: Question = {
    path: f.path,
    text: JSON.stringify(input),
    format,
    ...(common.table ? { table: common.table } : {}),
  };
  const isWatched = common.progress ?? (f.isLong === true && process.stderr.isTTY);
  const { text: found, notes } = isWatched ? await onThread(question, f.path) : await answer(question);
  for (const note of notes) process.stderr.write(`driftless: ${note}\n`);
  const isPretty = common.pretty ?? (process.stdout.isTTY && !common.out);
  const text = format === 'csv' ? found : `${isPretty ? JSON.stringify(JSON.parse(found), null, 2) : found}\n`;
  if (common.out === undefined) await write(text);
  else {
    try {
      writeFileSync(common.out, text);
    } catch (e) {
      throw new AppError(
        'invalid_input',
        `--out: ${common.out} cannot be written (${(e as NodeJS.ErrnoException).code}); give another file`,
        { field: 'out' },
      );
    }
  }
}

const write = (text: string): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()));

/** Commander's name of a flag's value. */
const attribute = (name: string): string => new Option(`--${name}`).attributeName();

/** A function as a command with a flag for each field. */
function command(f: ComputeFunction): Command {
  const flags = flagsOf(f);
  const c = new Command(f.path.split('/')[1]!)
    .summary(f.title)
    .description(`${f.title}.\n\n${f.text}`)
    .argument('[input]', 'JSON or CSV file, or - for standard input');
  for (const flag of flags) {
    const need = flag.isRequired ? ' (needed)' : '';
    if (flag.kind === 'boolean') c.option(`--${flag.name}`, flag.describe).option(`--no-${flag.name}`);
    else c.addOption(once(flag.name, `--${flag.name} <${flag.placeholder}>`, `${flag.describe}${need}`));
  }
  return c
    .addOption(once('out', '--out <file>', 'write the result there instead of standard output; .csv writes CSV'))
    .addOption(new Option('--format <form>', 'form of the result (default json)').choices(['json', 'csv']))
    .addOption(once('table', '--table <name>', 'which table of the result to write as CSV'))
    .addOption(inParts('--map <pairs>', 'columns of a CSV file for fields: field=column,field=column'))
    .addOption(inParts('--ignore <columns>', 'columns of a CSV file to ignore'))
    .option('--pretty', 'indent the JSON; so it is on a terminal')
    .option('--progress', 'show progress on standard error; so it is for long work on a terminal')
    .option('--no-progress')
    .addHelpText('after', () => helpAfter(f))
    .action((file: string | undefined, options: Record<string, unknown>) => run(f, flags, file, options));
}

/** All commands; the functions of a capability are loaded when the command names it. */
async function program(args: readonly string[]): Promise<Command> {
  const top = new Command('driftless')
    .description(
      'Process control and metrology on the command line. Data come as JSON or CSV from a file or standard input; results go to standard output.',
    )
    .usage('<capability> <function> [input.json|input.csv|-] [flags]')
    .addHelpText(
      'after',
      '\nFields are listed by "driftless <capability> <function> --help". Exit code 0: done, 2: the input is at fault, 1: this program is.',
    );
  const wanted = args.find((a) => !a.startsWith('-'));
  const named = wanted === 'help' ? args[args.indexOf('help') + 1] : wanted;
  for (const name of CAPABILITY_NAMES) {
    const { title, load } = CAPABILITIES[name];
    const c = top.command(name).description(title);
    if (named === name) for (const f of (await load()).functions) c.addCommand(command(f));
    c.addHelpText('after', `\nFields of a function: driftless ${name} <function> --help`);
    c.action((_: unknown, self: Command) => {
      if (self.args.length === 0) self.help();
      throw new AppError(
        'not_found',
        `${name} has no function "${self.args[0]}"; it has ${self.commands.map((s) => s.name()).join(', ')}`,
      );
    }).allowExcessArguments();
  }
  if (named !== undefined && wanted !== 'help') capabilityNamed(named);
  const quiet = (c: Command): void => {
    c.exitOverride()
      .configureOutput({ outputError: () => undefined })
      .showSuggestionAfterError(true);
    c.commands.forEach(quiet);
  };
  quiet(top);
  return top;
}

/** One line that names the field and the remedy; what this program did wrong brings its trace. */
function complain(e: unknown): number {
  if (e instanceof CommanderError) {
    if (e.exitCode === 0) return OK;
    // help shown because something was missing: the text is on standard error already
    if (e.code === 'commander.help') return BAD_INPUT;
    process.stderr.write(`driftless: ${e.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')}\n`);
    return BAD_INPUT;
  }
  const known = toAppError(e);
  const isOurs = known.status >= 500;
  process.stderr.write(`driftless: ${known.message.replace(/\s*\n\s*/g, ' ')}\n`);
  if (isOurs && process.env['DRIFTLESS_TRACE']) process.stderr.write(`${((known.cause ?? known) as Error).stack}\n`);
  return isOurs ? FAULT : BAD_INPUT;
}

/** The command line. Sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', (e: NodeJS.ErrnoException) => process.exit(e.code === 'EPIPE' ? OK : FAULT));
  try {
    await (await program(args)).parseAsync([...args], { from: 'user' });
  } catch (e) {
    process.exitCode = complain(e);
  }
}
