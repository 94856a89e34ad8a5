'use client';
import { useToast } from '@/lib/ui/components/toast';

/** A secret that is shown once, ready to copy. */
export function SecretOnce({ label, secret, onClose }: { label: string; secret: string; onClose: () => void }) {
  const toast = useToast();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(secret);
      toast('Copied.', 'done');
    } catch {
      toast('The browser did not allow copying: select the text and copy it.', 'error');
    }
  };
  return (
    <div role="status" className="my-2 mx-3 border-l-2 border-accent bg-accent-wash px-3 py-2">
      <p>{`${label}. It is shown once: copy it now.`}</p>
      <div className="flex items-center gap-2 mt-1">
        <code className="break-all select-all">{secret}</code>
        <button type="button" className="btn h-6! text-sm!" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" className="btn h-6! text-sm!" onClick={onClose}>
          I have it
        </button>
      </div>
    </div>
  );
}
