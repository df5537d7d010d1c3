import type { Locator, Page } from 'playwright-core';

/** signIn fills in the sign-in page of a gateway and waits for the page of the role. */
export async function signIn(page: Page, url: string, login: string, password: string): Promise<void> {
  await page.goto(url);
  await page.getByTestId('login').fill(login);
  await page.getByTestId('password').fill(password);
  await page.getByTestId('signin-submit').click();
  await page.waitForURL(/\/(ward|community|inspect|family|admin)\/$/);
}

/** WardPage is the board as a carer handles it. */
export class WardPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** board has data-sounding: urgent, high, medium, lost, off, quiet or locked; and data-ready. */
  get board(): Locator {
    return this.page.getByTestId('board');
  }

  /** ready waits until the first whole picture is shown. */
  async ready(): Promise<void> {
    await this.page.locator('[data-testid=board][data-ready=true]').waitFor();
  }

  /** startShift turns the sound on and says that it was heard. */
  async startShift(): Promise<void> {
    await this.page.getByTestId('start-shift').click();
    await this.page.getByTestId('heard').click();
    await this.page.getByTestId('shift-dialog').waitFor({ state: 'detached' });
  }

  /** sounding waits until the board sounds as it is asked for. */
  async sounding(level: 'urgent' | 'high' | 'medium' | 'lost' | 'off' | 'quiet' | 'locked'): Promise<void> {
    await this.page.locator(`[data-testid=board][data-sounding=${level}]`).waitFor();
  }

  /** card is the open incident at a place, of a class where there are several. */
  card(place: string | RegExp, of?: string): Locator {
    const cards = this.page.locator(
      of === undefined ? '[data-testid=card]' : `[data-testid=card][data-class=${of}]`,
    );
    return cards.filter({ has: this.page.getByTestId('place').filter({ hasText: place }) });
  }

  /** places lists the open incidents from the top of the board down. */
  places(): Promise<string[]> {
    return this.page.getByTestId('place').allInnerTexts();
  }

  /** inState waits until the card at a place has a state. */
  async inState(
    place: string | RegExp,
    state: 'raised' | 'accepted' | 'arrived',
    of?: string,
  ): Promise<void> {
    await this.card(place, of)
      .and(this.page.locator(`[data-state=${state}]`))
      .waitFor();
  }

  accept(place: string | RegExp, of?: string): Promise<void> {
    return this.card(place, of).getByTestId('accept').click();
  }

  arrive(place: string | RegExp, of?: string): Promise<void> {
    return this.card(place, of).getByTestId('arrive').click();
  }

  /** resolve ends an incident with two presses; cause is such as real-toilet, false-steam, test or drill. */
  async resolve(place: string | RegExp, cause: string, note?: string, of?: string): Promise<void> {
    await this.card(place, of).getByTestId('resolve').click();
    const sheet = this.page.getByTestId('resolve-sheet');
    if (note !== undefined) await sheet.getByRole('textbox').fill(note);
    await sheet.getByTestId(`cause-${cause}`).click();
    await sheet.waitFor({ state: 'detached' });
  }

  /** note writes a note into the history of an incident and returns the history as it is then. */
  async note(place: string | RegExp, text: string, of?: string): Promise<string> {
    await this.card(place, of).getByTestId('note').click();
    const sheet = this.page.getByTestId('note-sheet');
    await sheet.getByRole('textbox').fill(text);
    await sheet.getByTestId('note-send').click();
    const history = sheet.getByTestId('history');
    await history.getByText(text).waitFor();
    const shown = await history.innerText();
    await this.page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    return shown;
  }

  /** history opens the history of an incident, reads it and closes it again. */
  async history(place: string | RegExp, of?: string): Promise<string> {
    await this.card(place, of).getByTestId('note').click();
    const shown = await this.page.getByTestId('history').innerText();
    await this.page.keyboard.press('Escape');
    await this.page.getByTestId('note-sheet').waitFor({ state: 'detached' });
    return shown;
  }

  /** link waits until the connection is as it is asked for. */
  async link(state: 'live' | 'connecting' | 'reconnecting' | 'offline'): Promise<void> {
    await this.page.locator(`[data-testid=link][data-link=${state}]`).waitFor();
  }

  get calm(): Locator {
    return this.page.getByTestId('calm');
  }

  get stale(): Locator {
    return this.page.getByTestId('stale');
  }

  get mute(): Locator {
    return this.page.getByTestId('mute');
  }

  /** recent is the folded list of what was resolved within the last hour. */
  get recent(): Locator {
    return this.page.getByTestId('recent');
  }
}

/** showIn shows a page in a language. */
export async function showIn(page: Page, language: 'zh' | 'en'): Promise<void> {
  // Until the page is drawn its language is that of the file, not of the viewer.
  await page.getByTestId('language').waitFor();
  const shown = (await page.locator('html').getAttribute('lang'))?.startsWith('zh') ? 'zh' : 'en';
  if (shown !== language) await page.getByTestId('language').click();
  await page.locator(`html[lang^=${language}]`).waitFor();
}

/** signOut ends the session from the menu of any page. */
export async function signOut(page: Page): Promise<void> {
  await page.getByTestId('settings').click();
  await page.getByTestId('sign-out').click();
  await page.getByTestId('login').waitFor();
}
