'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { type ReactNode, useRef, useState } from 'react';
import { Dialog } from '../components/dialog';
import { ToastProvider } from '../components/toast';
import { absoluteTime, duration } from '../format';
import { LiveProvider, useLiveState } from '../hooks/live';
import { NowProvider, useNow } from '../hooks/now';
import { useKeys } from '../hooks/use-keys';
import { STATUS_MARK } from '../tokens';
import { isCurrent, KEYS, NAV } from './nav';
import { SearchBox, type SearchHit } from './search-box';
import type { ThemeChoice } from './theme';
import { ThemeToggle } from './theme-toggle';
import { useMainFocus } from './use-main-focus';
import { useMainScroll } from './use-main-scroll';

export interface FrameProps {
  fab: string;
  user: { name: string; email: string; role: string };
  openAlerts: number;
  theme: ThemeChoice;
  saveTheme: (t: ThemeChoice) => Promise<void>;
  serverNowMs: number;
  liveUrl: string;
  search: (q: string, kind: string | null) => Promise<SearchHit[]>;
  signOut: () => Promise<void>;
  children: ReactNode;
}

/** The frame of every signed-in page: bar on top, navigation at the left, one event stream, one clock. */
export function AppFrame(p: FrameProps) {
  const main = useRef<HTMLElement>(null);
  useMainFocus(main);
  useMainScroll(main);
  return (
    <NowProvider serverNowMs={p.serverNowMs}>
      <LiveProvider url={p.liveUrl}>
        <ToastProvider>
          <a href="#main" className="skip-link">
            Skip to the page
          </a>
          <div className="grid grid-cols-[176px_minmax(0,1fr)] grid-rows-[44px_minmax(0,1fr)] h-dvh print:block print:h-auto">
            <TopBar {...p} />
            <NavRail openAlerts={p.openAlerts} />
            <main id="main" ref={main} tabIndex={-1} className="overflow-auto px-4 pt-3 pb-8 outline-none">
              {p.children}
            </main>
          </div>
        </ToastProvider>
      </LiveProvider>
    </NowProvider>
  );
}

function TopBar({ fab, user, theme, saveTheme, search, signOut }: FrameProps) {
  const [help, setHelp] = useState(false);
  useKeys({ '?': () => setHelp(true) });
  return (
    <header className="app-bar col-span-2 flex items-center gap-4 px-4 border-b border-hairline bg-surface">
      <Link href="/" className="flex items-center gap-2 font-semibold text-lg w-[160px] shrink-0">
        <Logo />
        Driftless
      </Link>
      <span className="text-ink-2 whitespace-nowrap">{fab}</span>
      <div className="flex-1 flex justify-center">
        <SearchBox search={search} />
      </div>
      <LiveDot />
      <ThemeToggle initial={theme} save={saveTheme} />
      <button
        type="button"
        className="btn btn-quiet px-2!"
        aria-label="Keyboard help"
        title="Keys ( ? )"
        onClick={() => setHelp(true)}
      >
        ?
      </button>
      <UserMenu user={user} signOut={signOut} />
      <Dialog open={help} onClose={() => setHelp(false)} title="Keys">
        <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
          {KEYS.map((k) => (
            <div key={k.keys} className="contents">
              <dt>
                <kbd className="tag whitespace-pre">{k.keys}</kbd>
              </dt>
              <dd>{k.does}</dd>
            </div>
          ))}
        </dl>
      </Dialog>
    </header>
  );
}

/** A wafer with its notch, and a level line through it. */
function Logo() {
  return (
    <svg width={18} height={18} viewBox="0 0 18 18" aria-hidden="true">
      <path
        d="M7.6 16.9 A8 8 0 1 1 10.4 16.9 L9 15.2 Z"
        fill="none"
        stroke="var(--accent)"
        strokeWidth={1.6}
        strokeLinejoin="round"
      />
      <path
        d="M3.2 10.4 L6 7.2 L8.4 9.6 L11 9 L14.8 9"
        fill="none"
        stroke="var(--ink)"
        strokeWidth={1.4}
        strokeLinejoin="round"
      />
    </svg>
  );
}

const LIVE = {
  open: { status: 'ok', word: 'live' },
  connecting: { status: 'warn', word: 'connecting' },
  lost: { status: 'out', word: 'offline' },
} as const;

function LiveDot() {
  const { status, lastMs } = useLiveState();
  const now = useNow();
  const { status: mark, word } = LIVE[status];
  const age = lastMs === null ? '' : ` ${duration(Math.max(1000, 1000 * Math.ceil((now - lastMs) / 1000)))}`;
  return (
    <span
      className="flex items-center gap-1 text-sm text-ink-2 whitespace-nowrap w-24 justify-end"
      title={lastMs === null ? 'No live message yet' : `Last live message ${absoluteTime(lastMs)}`}
    >
      <span aria-hidden="true" className={`status-${mark}`}>
        {STATUS_MARK[mark].glyph}
      </span>
      <span suppressHydrationWarning>{`${word}${status === 'open' ? age : ''}`}</span>
    </span>
  );
}

function UserMenu({ user, signOut }: { user: FrameProps['user']; signOut: () => Promise<void> }) {
  return (
    <details className="relative">
      <summary className="btn btn-quiet list-none" aria-label={`Signed in as ${user.name}, ${user.role}`}>
        {user.name}
        <span aria-hidden="true" className="text-ink-3">
          ▾
        </span>
      </summary>
      <div className="absolute right-0 top-full mt-1 z-40 min-w-52 bg-surface border border-hairline-strong rounded p-3">
        <div className="font-semibold">{user.name}</div>
        <div className="text-ink-2">{user.email}</div>
        <div className="text-ink-2 mb-2">role: {user.role}</div>
        <form action={signOut}>
          <button type="submit" className="btn w-full justify-center">
            Sign out
          </button>
        </form>
      </div>
    </details>
  );
}

function NavRail({ openAlerts }: { openAlerts: number }) {
  const path = usePathname();
  return (
    <nav aria-label="Main" className="border-r border-hairline bg-surface py-2 overflow-y-auto">
      <ul>
        {NAV.map((item, i) => {
          const current = isCurrent(item.href, path);
          return (
            <li key={item.href} className={i > 0 && NAV[i - 1]?.group !== item.group ? 'mt-2 pt-2 border-t border-hairline' : ''}>
              <Link
                href={item.href}
                aria-current={current ? 'page' : undefined}
                className={`flex items-center h-8 px-4 border-l-2 ${current ? 'border-accent bg-accent-wash font-semibold' : 'border-transparent text-ink-2 hover:bg-sunken hover:text-ink'}`}
              >
                {item.label}
                {item.href === '/alerts' && openAlerts > 0 ? (
                  <span className="ml-auto text-sm status-out" title={`${openAlerts} open`}>
                    {openAlerts}
                    <span className="sr-only"> open</span>
                  </span>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
