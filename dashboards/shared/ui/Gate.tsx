import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { whoAmI } from '../api/client.ts';
import type { Me } from '../api/types.ts';
import { goTo, mayOpen, pageOf, type Page } from '../home.ts';
import { openSession } from '../session.ts';
import { ViewerContext, type Viewer } from './hooks.ts';

const retryEvery = 3_000;

/**
 * Gate lets a signed-in person of the right role in, and sends others where
 * they belong. While the gateway is away it keeps trying.
 */
export function Gate({ page, children }: { page: Page; children: ReactNode }) {
  const { t } = useTranslation();
  const [viewer, setViewer] = useState<Viewer>();
  const [trouble, setTrouble] = useState<'gateway' | 'page'>();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let opened: Viewer | undefined;
    let gone = false;
    const enter = (me: Me | undefined) => {
      if (gone) return;
      if (me === undefined) {
        goTo('');
        return;
      }
      if (!mayOpen(me.user.role, page)) {
        setTrouble('page');
        goTo(pageOf(me.user.role));
        return;
      }
      opened = { me, session: openSession() };
      opened.session.live.start();
      setViewer(opened);
    };
    const attempt = () => {
      whoAmI().then(enter, () => {
        if (gone) return;
        setTrouble('gateway');
        timer = setTimeout(attempt, retryEvery);
      });
    };
    attempt();
    return () => {
      gone = true;
      clearTimeout(timer);
      opened?.session.live.stop();
    };
  }, [page]);

  if (viewer !== undefined) return <ViewerContext value={viewer}>{children}</ViewerContext>;
  return (
    <main className="notice" role={trouble === undefined ? 'status' : 'alert'}>
      <p>
        {trouble === 'gateway'
          ? t('common.noGateway')
          : trouble === 'page'
            ? t('common.noPage')
            : t('common.loading')}
      </p>
    </main>
  );
}
