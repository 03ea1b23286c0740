import type { JSX } from "preact";

type MediaElement = JSX.HTMLAttributes<HTMLElement> & Record<string, unknown>;

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "media-controller": MediaElement;
      "media-play-button": MediaElement;
      "media-seek-backward-button": MediaElement;
      "media-seek-forward-button": MediaElement;
      "media-mute-button": MediaElement;
      "media-volume-range": MediaElement;
      "media-time-range": MediaElement;
      "media-time-display": MediaElement;
      "media-pip-button": MediaElement;
      "media-fullscreen-button": MediaElement;
      "media-loading-indicator": MediaElement;
      "media-control-bar": MediaElement;
      "media-preview-thumbnail": MediaElement;
      "media-preview-time-display": MediaElement;
    }
  }
}
