import Link from 'next/link';

export default function NotFound() {
  return (
    <div className="p-8 max-w-[60ch]">
      <h1>Nothing at this address</h1>
      <p className="mt-2 text-ink-2">
        The lot, wafer, chart or alert may have passed the retention time, or the address is mistyped. Search with / from any
        page, or go back to the overview.
      </p>
      <Link href="/" className="btn mt-4">
        Overview
      </Link>
    </div>
  );
}
