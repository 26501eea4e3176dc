// A part of the desktop: an element without a shadow root, styled by page.css.
import { DesklineElement } from '@deskline/components/element';
import { wordsIn } from './words';

export abstract class View extends DesklineElement {
  static override styles = [];
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
  protected get say(): ReturnType<typeof wordsIn> {
    return wordsIn(this.language);
  }
}
