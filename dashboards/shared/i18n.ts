import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from './api/types.ts';
import { en } from './texts/en.ts';
import { zh, type Texts } from './texts/zh.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

const key = 'shouwang.language';

/** preferred is the language chosen on this screen before, else the browser's, else Chinese. */
export function preferred(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'zh' || stored === 'en') return stored;
  for (const tag of browser) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh';
    if (tag.toLowerCase().startsWith('en')) return 'en';
  }
  return 'zh';
}

/** startTexts must be called before a page is drawn. */
export function startTexts(): void {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(key);
  } catch {
    // A browser that keeps nothing still shows the page.
  }
  void i18next.use(initReactI18next).init({
    resources: { zh: { translation: zh }, en: { translation: en } },
    lng: preferred(stored, navigator.languages),
    fallbackLng: 'zh',
    interpolation: { escapeValue: false }, // React escapes
    initAsync: false,
    showSupportNotice: false, // the console is for the operator
  });
  mark();
  i18next.on('languageChanged', mark);
}

function mark(): void {
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
}

/** language is the one in which the page is shown now. */
export function language(): Language {
  return i18next.language === 'en' ? 'en' : 'zh';
}

/** speak changes the language and keeps the choice on this screen. */
export function speak(to: Language): void {
  void i18next.changeLanguage(to);
  try {
    localStorage.setItem(key, to);
  } catch {
    // The choice then lasts until the page is closed.
  }
}
