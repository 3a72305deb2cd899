import type { AttachedClient, MouseState } from '../../model/client.ts';
import type { Host } from '../context.ts';

export interface MouseEvent {
  readonly kind: 'mouse';
  readonly key: string;
  readonly place: 'pane' | 'border' | 'status' | 'status-left' | 'status-right' | 'status-default' | 'none';
  /** The pane's uuid, '' for none. */
  readonly pane: string;
  readonly x: number;
  readonly y: number;
  readonly paneX: number;
  readonly paneY: number;
  readonly range?: string | undefined;
  readonly button: number;
  readonly release: boolean;
}

const PLACES: Readonly<Record<MouseEvent['place'], string>> = {
  pane: 'Pane',
  border: 'Border',
  status: 'Status',
  'status-left': 'StatusLeft',
  'status-right': 'StatusRight',
  'status-default': 'StatusDefault',
  none: '',
};

/**
 * A mouse event with the name that bindings use, e.g. 'MouseDown1Pane'. A drag
 * belongs to the place where it began, wherever the pointer goes.
 */
export function mouseState(
  { server }: Host,
  client: AttachedClient,
  event: MouseEvent,
): MouseState | undefined {
  const before = client.mouse;
  const drags = /MouseDrag\d/.test(event.key);
  const continued =
    before && /Mouse(Down|Drag)\d/.test(before.key) && /Mouse(Drag|DragEnd)\d/.test(event.key);
  const place = continued ? (before.place as MouseEvent['place']) : event.place;
  if (PLACES[place] === '') return undefined;
  const pane = continued ? before.pane : (server.paneByUuid(event.pane)?.id ?? -1);
  return {
    key: event.key + PLACES[place],
    pane,
    x: event.x,
    y: event.y,
    paneX: event.paneX,
    paneY: event.paneY,
    range: event.range ?? '',
    place,
    button: event.button,
    release: event.release,
    ...(drags && before && { dragFrom: { x: before.x, y: before.y } }),
  };
}
