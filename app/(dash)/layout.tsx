import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { fabName, openAlertCount } from '@/lib/services/pages/frame';
import { siteRules } from '@/lib/services/spc/rules/book';
import { ruleSetChoices } from '@/lib/services/spc/views/rule-sets';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { AppFrame } from '@/lib/ui/frame/app-frame';
import { parseTheme, THEME_COOKIE } from '@/lib/ui/frame/theme';
import { saveTheme, search, signOut } from './frame-actions';
import { KnownRules } from './known-rules';
import { sessionActor } from './session';

export const dynamic = 'force-dynamic';

export default async function DashLayout({ children }: { children: ReactNode }) {
  const actor = await sessionActor();
  if (actor === null) return children; // the page redirects to the sign-in page, with the return address
  const [openAlerts, fab, jar, rules, sets] = await Promise.all([
    openAlertCount(),
    fabName(),
    cookies(),
    siteRules(),
    ruleSetChoices(),
  ]);
  return (
    <AppFrame
      fab={fab}
      user={{ name: actor.name, email: actor.email, role: actor.role }}
      openAlerts={openAlerts}
      theme={parseTheme(jar.get(THEME_COOKIE)?.value)}
      saveTheme={saveTheme}
      serverNowMs={Date.now()}
      liveUrl="/api/events"
      search={search}
      signOut={signOut}
    >
      <ExportFacts facts={[['exported by', actor.email]]}>
        <KnownRules rules={rules} sets={sets}>
          {children}
        </KnownRules>
      </ExportFacts>
    </AppFrame>
  );
}
