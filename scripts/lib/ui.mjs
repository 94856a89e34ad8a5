/** What the user sees: one line per step with elapsed time, a spinner or a bar while it runs, plain lines without a terminal. */

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const live = Boolean(process.stdout.isTTY) && process.env.TERM !== 'dumb' && !process.env.CI;
const colour = live && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = (text) => paint('1', text);
export const dim = (text) => paint('2', text);
const green = (text) => paint('32', text);
const red = (text) => paint('31', text);
const yellow = (text) => paint('33', text);

/** The reader of our output has gone (a closed pipe): the same as a closed terminal. */
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.kill(process.pid, 'SIGHUP');
});

/** Elapsed time for people: `0.4 s`, `12 s`, `3 min 05 s`. */
export function elapsed(ms) {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** A bar for a share between 0 and 1: `██████░░░░  60 %`. */
export function bar(share, width = 24) {
  const clipped = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0));
  const full = Math.round(clipped * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.floor(clipped * 100)).padStart(3)} %`;
}

let current;

function redraw() {
  if (!current || !live) return;
  const { title, share, note, started, frame } = current;
  current.frame = (frame + 1) % frames.length;
  const parts = [frames[frame], title];
  if (share !== undefined) parts.push(bar(share));
  if (note) parts.push(dim(note));
  parts.push(dim(elapsed(Date.now() - started)));
  const width = process.stdout.columns || 100;
  const line = parts.join(' ');
  const tooLong = visibleLength(line) > width - 1;
  process.stdout.write(
    `\r\x1b[2K${tooLong ? `${parts[0]} ${title} ${share === undefined ? '' : bar(share, 10)}`.slice(0, width - 1) : line}`,
  );
}

// Biome takes the escape character in a regular expression for a mistake, so the pattern is built from a string
const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const visibleLength = (text) => text.replace(escapes, '').length;

/** A line of its own, above the running step's line. */
export function say(text = '') {
  if (live && current) process.stdout.write('\r\x1b[2K');
  process.stdout.write(`${text}\n`);
  redraw();
}

export const warn = (text) => say(`${yellow('!')} ${text}`);
export const fail = (text) => say(`${red('✗')} ${text}`);

/**
 * Run one step with its line.
 * @param {string} title - what is being done
 * @param {(progress: { note(text: string): void, share(done: number, note?: string): void, done(text: string): void }) => Promise<T>} work
 * @returns {Promise<T>} what the work returned; its errors pass through after the line was closed
 * @template T
 */
export async function step(title, work) {
  const own = { title, started: Date.now(), frame: 0, share: undefined, note: '', result: '' };
  let lastShown = own.started;
  let lastTenth = 0;
  current = own;
  if (!live) process.stdout.write(`· ${title} ...\n`);
  const timer = setInterval(() => {
    if (live) return redraw();
    if (Date.now() - lastShown < 15_000) return;
    lastShown = Date.now();
    const share = own.share === undefined ? '' : `${Math.floor(own.share * 100)} % `;
    process.stdout.write(`  ${title}: ${share}${own.note} ${elapsed(Date.now() - own.started)}\n`);
  }, 90);
  timer.unref();
  const progress = {
    note(text) {
      own.note = text;
    },
    share(done, note) {
      own.share = done;
      if (note !== undefined) own.note = note;
      const tenth = Math.floor(done * 10);
      if (!live && tenth > lastTenth) {
        lastTenth = tenth;
        lastShown = Date.now();
        process.stdout.write(`  ${title}: ${tenth * 10} % ${own.note} ${elapsed(Date.now() - own.started)}\n`);
      }
    },
    done(text) {
      own.result = text;
    },
  };
  try {
    const value = await work(progress);
    finish(green('✓'), own);
    return value;
  } catch (error) {
    finish(red('✗'), own);
    throw error;
  } finally {
    clearInterval(timer);
    if (current === own) current = undefined;
  }
}

function finish(mark, own) {
  if (live) process.stdout.write('\r\x1b[2K');
  const result = own.result ? dim(` ${own.result}`) : '';
  process.stdout.write(`${mark} ${own.title}${result} ${dim(elapsed(Date.now() - own.started))}\n`);
  if (current === own) current = undefined;
}
