import { Command, Option } from 'commander';
import { closePool } from '@/lib/db';
import { type CheckLine, checkInstall, SECTIONS, type Section, type Verdict } from '@/lib/services/install-check';

const TITLE: Readonly<Record<Section, string>> = {
  loops: 'Control loops: every recorded decision made again, bit for bit',
  domain: 'Virtual metrology: predictions inside the domain of their model',
  limits: 'Charts: points judged by the limits that a person entered',
  code: 'Versions of the code in the results',
};
const MARK: Readonly<Record<Verdict, string>> = { pass: 'pass', fail: 'FAIL', few: 'few ', note: '    ' };
/** Statements here scan long periods; those of a page must answer sooner. */
const STATEMENT_MS = 120_000;

const options = new Command('verify-install')
  .description(
    'Reads a running installation (nothing is written) and says whether it does what its records claim. Exit code 0: nothing failed; 1: something did; 2: it could not be read.',
  )
  .addOption(new Option('--only <sections...>', 'some of the sections').choices([...SECTIONS]))
  .option('--brief', 'print the lines that did not pass, and the sums')
  .option('--json', 'one JSON object a line in place of the table')
  .exitOverride((e) => process.exit(e.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ only?: Section[]; brief?: boolean; json?: boolean }>();

const print = (text: string) => process.stdout.write(`${text}\n`);

function row(l: CheckLine): string {
  const count = l.of === 0 ? '' : `${l.right} of ${l.of}`;
  return `  ${MARK[l.verdict]}  ${l.subject.padEnd(44)} ${count.padStart(17)}  ${l.text}`;
}

/** A section's last line: how many of its subjects passed, and how many of all counted items are right. */
function sum(section: Section, lines: readonly CheckLine[]): string {
  const judged = lines.filter((l) => l.verdict !== 'note');
  const count = (v: Verdict) => judged.filter((l) => l.verdict === v).length;
  const add = (f: (l: CheckLine) => number) => judged.reduce((s, l) => s + f(l), 0);
  const nothing = lines.length === 0 ? ': there are none' : '';
  return `  ${section}: ${count('pass')} of ${judged.length} pass, ${count('fail')} fail, ${count('few')} with too little to judge; ${add((l) => l.right)} of ${add((l) => l.of)}${nothing}`;
}

async function main(): Promise<number> {
  process.env['DB_STATEMENT_MS'] ??= String(STATEMENT_MS);
  let failed = 0;
  for (const section of SECTIONS.filter((s) => options.only?.includes(s) ?? true)) {
    const lines: CheckLine[] = [];
    if (!options.json) print(`${TITLE[section]}`);
    await checkInstall([section], (line) => {
      lines.push(line);
      if (options.brief && (line.verdict === 'pass' || line.verdict === 'note')) return;
      print(options.json ? JSON.stringify(line) : row(line));
    });
    failed += lines.filter((l) => l.verdict === 'fail').length;
    if (!options.json) print(`${sum(section, lines)}\n`);
  }
  if (!options.json) print(failed === 0 ? 'nothing failed' : `${failed} failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (e) {
  process.stderr.write(`error: ${(e as Error).message.replace(/\s+/g, ' ')}\n`);
  process.exitCode = 2;
} finally {
  await closePool();
}
