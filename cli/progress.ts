import { Presets, SingleBar } from 'cli-progress';
import type { Report } from '@/lib/compute/define';

/** A bar on standard error once the work has said how far it is; before that, and for work that cannot tell, the seconds that went by. */
export function progressLine(title: string): { readonly report: Report; readonly stop: () => void } {
  const start = Date.now();
  let bar: SingleBar | undefined;
  const seconds = () => ((Date.now() - start) / 1000).toFixed(0);
  const timer = setInterval(() => {
    if (!bar) process.stderr.write(`\r${title} ${seconds()} s`);
  }, 500);
  return {
    report: (done, total) => {
      if (total < 2) return;
      if (!bar) {
        process.stderr.write('\r');
        bar = new SingleBar(
          {
            stream: process.stderr,
            clearOnComplete: true,
            format: `${title} {bar} {value}/{total} {eta_formatted}`,
            noTTYOutput: true,
            notTTYSchedule: 500,
          },
          Presets.shades_classic,
        );
        bar.start(total, done);
      }
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => {
      clearInterval(timer);
      bar?.stop();
      process.stderr.write(process.stderr.isTTY ? '\r\u001b[K' : '\n');
    },
  };
}
