import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { whoAmI } from '../api/client.ts';
import type { Me } from '../api/types.ts';
import { goTo, mayOpen, pageOf, type Page } from '../home.ts';
import { Keeper } from '../keeper.ts';
import { drawer, forgetPicture, readPicture } from '../kept.ts';
import { depart, isLeaving, onLeave } from '../leave.ts';
import { endSession, openSession } from '../session.ts';
import { ViewerContext, type Viewer } from './hooks.ts';

const retryEvery = 3_000;
/** After so long without a word of the gateway the last picture is shown, with its age. */
const patience = 2_500;

interface Door {
  show: (viewer: Viewer) => void;
  trouble: (trouble: 'gateway' | 'page') => void;
}

/** guard asks who is signed in until the gateway answers; it returns how to stop. */
function guard(page: Page, door: Door): () => void {
  const keeps = page === 'ward' || page === 'community';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let viewer: Viewer | undefined;
  let keeper: Keeper | undefined;
  let confirmed = false;
  let gone = false;

  const show = (next: Viewer) => {
    viewer = next;
    door.show(next);
  };

  /** The live channel opens for whoever has the session: that must be the person whose page this is. */
  const enter = (me: Me | undefined) => {
    if (gone) return;
    if (me === undefined) {
      endSession();
      return;
    }
    if (me.user.must_change === true && page !== 'account') {
      goTo('account');
      return;
    }
    if (!mayOpen(me, page)) {
      forgetPicture(drawer());
      door.trouble('page');
      goTo(pageOf(me));
      return;
    }
    if (viewer !== undefined && viewer.me.user.id !== me.user.id) {
      forgetPicture(drawer());
      location.reload();
      return;
    }
    if (viewer === undefined) show({ me, session: openSession() });
    else if (JSON.stringify(viewer.me) !== JSON.stringify(me)) show({ ...viewer, me });
    if (viewer === undefined) return;
    const { live, clock } = viewer.session;
    if (!confirmed && page !== 'account') {
      confirmed = true;
      live.start();
      live.subscribe(returned);
    }
    if (!keeps) return;
    keeper?.stop();
    keeper = new Keeper(me, live, clock, drawer());
    keeper.start();
  };

  const attempt = () => {
    clearTimeout(timer);
    whoAmI().then(enter, () => {
      if (gone) return;
      door.trouble('gateway');
      last();
      timer = setTimeout(attempt, retryEvery);
    });
  };

  /** Somebody else may have signed in by another tab while this one was away. */
  let link = 'connecting';
  const returned = () => {
    const before = link;
    link = viewer?.session.live.picture().link ?? link;
    if (before === 'reconnecting' && link === 'live') whoAmI().then(enter, () => {});
  };

  /** last shows the picture of an earlier page. */
  const last = () => {
    if (gone || !keeps || viewer !== undefined) return;
    const kept = readPicture(drawer(), Date.now());
    if (kept === undefined || !mayOpen(kept.me, page)) return;
    const session = openSession();
    session.clock.assume(kept.offset);
    session.live.restore(kept.incidents, kept.cut, Date.now() - kept.heardAt);
    show({ me: kept.me, session });
  };

  const leaving = onLeave(() => goTo(''));
  let slow: ReturnType<typeof setTimeout> | undefined;
  if (isLeaving(drawer())) {
    void depart().then(() => goTo(''));
  } else {
    slow = setTimeout(last, patience);
    attempt();
  }
  return () => {
    gone = true;
    leaving();
    clearTimeout(timer);
    clearTimeout(slow);
    keeper?.stop();
    viewer?.session.live.stop();
  };
}

/**
 * Gate lets a signed-in person of the right role in, and sends others where
 * they belong. While the gateway is away it keeps trying, and shows the last
 * picture of whoever was signed in.
 */
export function Gate({ page, children }: { page: Page; children: ReactNode }) {
  const { t } = useTranslation();
  const [viewer, setViewer] = useState<Viewer>();
  const [trouble, setTrouble] = useState<'gateway' | 'page'>();

  useEffect(() => guard(page, { show: setViewer, trouble: setTrouble }), [page]);

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
