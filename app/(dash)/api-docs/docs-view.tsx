'use client';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import type { ApiDocs, FieldView, OperationView } from '@/lib/services/pages/api-docs';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { useToast } from '@/lib/ui/components/toast';

/** The documentation of the machine API: every route, and for opened ones the fields, an example, a curl line and the responses. */
export function ApiDocsView({ docs }: { docs: ApiDocs }) {
  const { isOpen, toggle, openAll, areAllOpen } = useOpened(docs.operations.map((o) => o.id));
  return (
    <>
      <PageHead
        title={docs.title}
        sub={`Version ${docs.version}`}
        actions={
          <>
            <button type="button" className="btn" onClick={openAll}>
              {areAllOpen ? 'Close all' : 'Open all'}
            </button>
            <Link className="btn" href="/settings">
              API keys
            </Link>
            <a className="btn" href="/api/v1/openapi.json" download="driftless-openapi.json">
              OpenAPI 3.1 document
            </a>
          </>
        }
      />
      <div className="grid grid-cols-[220px_minmax(0,1fr)] gap-4 items-start">
        <nav aria-label="Operations" className="sticky top-0 text-sm">
          {docs.tags.map((t) => (
            <div key={t.name} className="mb-3">
              <h3>{t.name}</h3>
              <ul>
                {docs.operations
                  .filter((o) => o.tag === t.name)
                  .map((o) => (
                    <li key={o.id}>
                      <a href={`#${o.id}`} className="block py-1 min-h-6 hover:underline" onClick={() => toggle(o.id, true)}>
                        {o.summary}
                      </a>
                    </li>
                  ))}
              </ul>
            </div>
          ))}
          <h3>Answers</h3>
          <ul>
            <li>
              <a href="#batch-result" className="block py-1 min-h-6 hover:underline">
                Batch result
              </a>
            </li>
            <li>
              <a href="#problem" className="block py-1 min-h-6 hover:underline">
                Problem
              </a>
            </li>
          </ul>
        </nav>
        <div className="flex flex-col gap-3 min-w-0">
          <p className="max-w-[90ch]">{docs.description}</p>
          {docs.operations.map((o) => (
            <Operation key={o.id} op={o} isOpen={isOpen(o.id)} onToggle={(open) => toggle(o.id, open)} />
          ))}
          <div id="batch-result">
            <Panel title="Batch result" note="the answer of every ingest route">
              <Fields fields={docs.batchResult} />
            </Panel>
          </div>
          <div id="problem">
            <Panel title="Problem" note="application/problem+json, RFC 9457">
              <Fields fields={docs.problem} />
            </Panel>
          </div>
        </div>
      </div>
    </>
  );
}

/** Which operations are open: at first only the one that the address names. */
function useOpened(ids: readonly string[]) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string, open: boolean): void =>
    setOpened((old) => (old.has(id) === open ? old : new Set(open ? [...old, id] : [...old].filter((o) => o !== id))));
  useEffect(() => {
    const openNamed = (): void => {
      const id = decodeURIComponent(location.hash.slice(1));
      setOpened((old) => new Set([...old, id]));
      requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView());
    };
    if (location.hash !== '') openNamed();
    addEventListener('hashchange', openNamed);
    return () => removeEventListener('hashchange', openNamed);
  }, []);
  const areAllOpen = ids.every((id) => opened.has(id));
  return {
    isOpen: (id: string) => opened.has(id),
    toggle,
    areAllOpen,
    openAll: () => setOpened(new Set(areAllOpen ? [] : ids)),
  };
}

/** One operation; closed ones are not rendered: a hundred operations have some ten thousand elements. */
function Operation({ op, isOpen, onToggle }: { op: OperationView; isOpen: boolean; onToggle: (open: boolean) => void }) {
  return (
    <section id={op.id} aria-label={op.summary} className="panel bg-surface border border-hairline rounded min-w-0 scroll-mt-2">
      <h2 className="text-lg">
        <button
          type="button"
          aria-expanded={isOpen}
          className="w-full flex items-baseline gap-3 flex-wrap text-left p-3 cursor-pointer hover:bg-sunken rounded"
          onClick={() => onToggle(!isOpen)}
        >
          <span aria-hidden="true" className="w-3 text-ink-3">
            {isOpen ? '▾' : '▸'}
          </span>
          {op.summary}
          <code className="bg-sunken px-1.5 rounded text-sm font-normal">
            <b>{op.method}</b> {op.path}
          </code>
          <span className="ml-auto text-sm font-normal text-ink-2">{scopeWords(op)}</span>
        </button>
      </h2>
      {isOpen ? <Details op={op} /> : null}
    </section>
  );
}

const scopeWords = (op: OperationView): string => {
  if (op.scopes === null) return 'open to anyone';
  return op.scopes.length > 0 ? `needs the scope ${op.scopes.join(', ')}` : 'any API key';
};

function Details({ op }: { op: OperationView }) {
  return (
    <div className="px-3 pb-3">
      {op.description.split('\n\n').map((p) => (
        <p key={p} className="max-w-[90ch] mt-1 text-ink-2">
          {withCode(p)}
        </p>
      ))}
      {op.mediaTypes.length > 0 ? <p className="text-sm text-ink-3 mt-1">{`Body: ${op.mediaTypes.join(' or ')}`}</p> : null}
      <div className="grid grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)] gap-4 mt-2 items-start">
        <div className="min-w-0">
          {op.fields.length > 0 ? <Fields fields={op.fields} /> : null}
          {op.query.length > 0 ? <TitledFields title="Query" fields={op.query} /> : null}
          {op.record.length > 0 ? <TitledFields title="Record" fields={op.record} /> : null}
          <h3 className="mt-3">Answers</h3>
          <ul className="text-sm">
            {op.answers.map((a) => (
              <li key={a.status} className="flex gap-3 py-0.5">
                <code className="w-8 shrink-0">{a.status}</code>
                <span>
                  {a.description} {a.body ? <span className="text-ink-3">{a.body}</span> : null}
                </span>
              </li>
            ))}
          </ul>
        </div>
        <div className="min-w-0">
          <Code label="curl" text={op.curl} />
          {op.example ? <Code label="Example record" text={op.example} /> : null}
        </div>
      </div>
    </div>
  );
}

function TitledFields({ title, fields }: { title: string; fields: readonly FieldView[] }) {
  return (
    <div className="mt-3">
      <h3>{title}</h3>
      <Fields fields={fields} />
    </div>
  );
}

/** Words between back-ticks are set as code. */
function withCode(s: string) {
  return s.split('`').map((part, i) => (i % 2 === 1 ? <code key={`${part}-${s.indexOf(part)}`}>{part}</code> : part));
}

function Code({ label, text }: { label: string; text: string }) {
  const toast = useToast();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      toast(`${label} is in the clipboard.`, 'done');
    } catch {
      toast('The browser did not allow copying: select the text and copy it.', 'error');
    }
  };
  return (
    <div className="mb-2">
      <div className="flex items-center">
        <h3>{label}</h3>
        <button type="button" className="link text-sm ml-auto" onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <pre className="text-xs bg-sunken rounded p-2 whitespace-pre-wrap break-all">{text}</pre>
    </div>
  );
}

function Fields({ fields }: { fields: readonly FieldView[] }) {
  return (
    <table className="grid-table table-fixed [&_td]:whitespace-normal [&_td]:wrap-anywhere">
      <thead>
        <tr>
          <th scope="col" className="w-[32%]">
            Field
          </th>
          <th scope="col" className="w-[30%]">
            Type
          </th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        <Rows fields={fields} depth={0} />
      </tbody>
    </table>
  );
}

function Rows({ fields, depth }: { fields: readonly FieldView[]; depth: number }) {
  return (
    <>
      {fields.map((f) => (
        <FieldRows key={f.name} field={f} depth={depth} />
      ))}
    </>
  );
}

function FieldRows({ field: f, depth }: { field: FieldView; depth: number }) {
  return (
    <>
      <tr>
        <td style={{ paddingLeft: 8 + depth * 16 }}>
          <code>{f.name}</code>
          {f.required ? null : <span className="text-ink-3"> optional</span>}
        </td>
        <td className="text-ink-2">{f.type}</td>
        <td>{f.description}</td>
      </tr>
      <Rows fields={f.fields} depth={depth + 1} />
    </>
  );
}
