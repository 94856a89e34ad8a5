import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { CSV_FIELDS, savedMappings, TABLE_EXTENSIONS, uploadCsv } from '@/lib/services/ingest/upload';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { pageActor } from '../session';
import { UploadView } from './upload-view';

export const metadata: Metadata = { title: 'Upload' };

export default async function UploadPage() {
  const actor = await pageActor('/upload');
  const may = mayAs(actor.role, uploadCsv.least);
  const fields = CSV_FIELDS.map((f) => ({ name: f.name, label: f.label, need: f.need }));
  return (
    <>
      <PageHead
        title="Upload measurements"
        sub="A table with one row per site, as CSV or with blanks between its columns; the columns are mapped, checked and previewed before anything is kept"
      />
      {may ? (
        <UploadView fields={fields} extensions={TABLE_EXTENSIONS} saved={await savedMappings()} />
      ) : (
        <Panel
          title="Upload"
          empty={`Uploading needs the ${uploadCsv.least} role; you are ${actor.role}. Ask an ${uploadCsv.least} to upload the file, or an administrator to change your role.`}
        />
      )}
    </>
  );
}
