import { Component, StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { startTexts } from '../i18n.ts';
import { drawer, forgetPicture } from '../kept.ts';
import { applyTheme, storedTheme } from '../theme.ts';
import './base.css';

function Failed() {
  const { t } = useTranslation();
  return (
    <main className="notice" role="alert">
      <p>{t('common.updateFailed')}</p>
      <button className="button primary" onClick={() => location.reload()}>
        {t('common.reload')}
      </button>
    </main>
  );
}

/** Guard shows a way out when a page fails, instead of a white screen. */
class Guard extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  /** What was kept may be the cause: a page that is loaded again does without. */
  override componentDidCatch(): void {
    forgetPicture(drawer());
  }

  override render(): ReactNode {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

/** mount draws a page into the document. */
export function mount(page: ReactNode): void {
  startTexts();
  applyTheme(storedTheme());
  const root = document.getElementById('app');
  if (root === null) throw new Error('the page has no element #app');
  createRoot(root).render(
    <StrictMode>
      <Guard>{page}</Guard>
    </StrictMode>,
  );
}
