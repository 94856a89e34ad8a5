import Link from 'next/link';

const PAGES = [
  { href: '/alerts/notifications', label: 'Rules and digests' },
  { href: '/alerts/notifications/rota', label: 'On call' },
  { href: '/alerts/notifications/log', label: 'Deliveries' },
] as const;

/** The pages about who is told. */
export function NotifyNav({ here }: { here: (typeof PAGES)[number]['href'] }) {
  return (
    <nav aria-label="Notifications" className="flex gap-1">
      {PAGES.map((p) => (
        <Link
          key={p.href}
          prefetch={false}
          href={p.href}
          aria-current={p.href === here ? 'page' : undefined}
          className={`btn ${p.href === here ? 'border-accent!' : ''}`}
        >
          {p.label}
        </Link>
      ))}
    </nav>
  );
}
