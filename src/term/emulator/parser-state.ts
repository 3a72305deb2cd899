import { OscState, type RawParser } from './xterm-internals.ts';

interface SavedParams {
  params: number[];
  sub: number[];
  ends: number[];
  flags: [boolean, boolean, boolean];
}

/** The parser in the middle of whatever sequence it is in. */
export interface SavedParser {
  state: number;
  join: number;
  collect: number;
  params: SavedParams;
  osc: { state: number; id: number; text: string; full: boolean };
  dcs: { ident: number; open: boolean; text: string; full: boolean; params: SavedParams | undefined };
}

type RawParams = RawParser['_params'];

function saveParams(params: RawParams): SavedParams {
  return {
    params: [...params.params.subarray(0, params.length)],
    sub: [...params._subParams.subarray(0, params._subParamsLength)],
    ends: [...params._subParamsIdx.subarray(0, params.length)],
    flags: [params._rejectDigits, params._rejectSubDigits, params._digitIsSub],
  };
}

function restoreParams(params: RawParams, saved: SavedParams): void {
  params.params.set(saved.params);
  params.length = saved.params.length;
  params._subParams.set(saved.sub);
  params._subParamsLength = saved.sub.length;
  params._subParamsIdx.set(saved.ends);
  [params._rejectDigits, params._rejectSubDigits, params._digitIsSub] = saved.flags;
}

export function saveParser(parser: RawParser): SavedParser {
  const { _oscParser: osc, _dcsParser: dcs } = parser;
  const [oscHandler] = osc._active;
  const [dcsHandler] = dcs._active;
  return {
    state: parser.currentState,
    join: parser.precedingJoinState,
    collect: parser._collect,
    params: saveParams(parser._params),
    osc: {
      state: osc._state,
      id: osc._id,
      text: oscHandler?._data ?? '',
      full: oscHandler?._hitLimit ?? false,
    },
    dcs: {
      ident: dcs._ident,
      open: dcsHandler !== undefined,
      text: dcsHandler?._data ?? '',
      full: dcsHandler?._hitLimit ?? false,
      params: dcsHandler?._params && saveParams(dcsHandler._params),
    },
  };
}

/** Every handler of a string has been given the same text so far. */
export function restoreParser(parser: RawParser, saved: SavedParser): void {
  const { _oscParser: osc, _dcsParser: dcs } = parser;
  parser.currentState = saved.state;
  parser.precedingJoinState = saved.join;
  parser._collect = saved.collect;
  restoreParams(parser._params, saved.params);
  osc._state = saved.osc.state;
  osc._id = saved.osc.id;
  osc._active = (saved.osc.state === OscState.payload && osc._handlers[saved.osc.id]) || [];
  for (const handler of osc._active) {
    handler._data = saved.osc.text;
    handler._hitLimit = saved.osc.full;
  }
  dcs._ident = saved.dcs.ident;
  dcs._active = (saved.dcs.open && dcs._handlers[saved.dcs.ident]) || [];
  for (const handler of dcs._active) {
    handler._data = saved.dcs.text;
    handler._hitLimit = saved.dcs.full;
    if (!saved.dcs.params) continue;
    handler._params = parser._params.clone();
    restoreParams(handler._params, saved.dcs.params);
  }
}
