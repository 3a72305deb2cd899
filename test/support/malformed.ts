import { encode } from '@msgpack/msgpack';
import { decodeMessage, encodeHeader, messageTable } from '../../src/protocol/codec.ts';
import { HELLO, PROOF, unnumbered } from '../../src/protocol/messages/handshake.ts';
import { allMessages } from '../../src/protocol/messages/index.ts';
import { COMMAND, EVENT } from '../../src/protocol/messages/sessions.ts';

type Random = (limit: number) => number;

const honest = [
  encodeHeader(COMMAND, { id: 1, op: 'op', argv: ['kill-server'], cwd: '/' }),
  encodeHeader(EVENT, { seq: 1, event: { kind: 'key', key: 'C-c' } }),
];
const greetings = [
  encodeHeader(HELLO, {
    major: 1,
    minor: 0,
    session: 'somebody-elses-session',
    generation: 9,
    lane: 'control',
    resume: false,
    received: 0,
    key: '0'.repeat(40),
    proof: new Uint8Array(32),
  }),
  encodeHeader(PROOF, { proof: new Uint8Array(32) }),
];

const accepted = messageTable(allMessages.filter(({ from }) => from !== 'daemon'));

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

/** A message changed in one to four places, cut short, or made longer. */
function mutate(random: Random, original: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(original);
  for (let times = 1 + random(4); times > 0; times--) bytes[random(bytes.length)] = random(256);
  const kind = random(6);
  if (kind === 0) return bytes.subarray(0, random(bytes.length));
  if (kind === 1) return Uint8Array.from([...bytes, ...randomBytes(random, 1 + random(20))]);
  return bytes;
}

/** What a header holds where it is msgpack, but of the wrong kind. */
function nonsense(random: Random): unknown {
  const kinds = [
    null,
    true,
    -1,
    2 ** 60,
    1.5,
    '',
    'x'.repeat(random(2000)),
    [],
    {},
    [[]],
    new Uint8Array(random(99)),
  ];
  return kinds[random(kinds.length)];
}

/** One malformed message header: random, mutated, or well-formed msgpack of the wrong shape. */
export function malformedHeader(random: Random, from: readonly Uint8Array[] = honest): Uint8Array {
  switch (random(4)) {
    case 0:
      return randomBytes(random, random(200));
    case 1:
      return encode([random(120), nonsense(random)]);
    case 2:
      return encode([random(120), { id: nonsense(random), seq: nonsense(random), op: nonsense(random) }]);
    default:
      return mutate(random, from[random(from.length)] ?? new Uint8Array());
  }
}

/** Whole ZeroMQ messages for a connection that has proved nothing: any number of frames, honest ones among them. */
export function unprovenMessage(random: Random): Uint8Array[] {
  const first = random(3) === 0 ? randomBytes(random, random(40)) : encode16(random);
  const frames = [first, random(4) === 0 ? (honest[random(2)] ?? first) : malformedHeader(random, greetings)];
  while (random(3) === 0) frames.push(randomBytes(random, random(500)));
  return frames.slice(0, random(20) === 0 ? 1 : frames.length);
}

/** Whether the daemon may take this header for a message on the control lane. */
export function isHonest(header: Uint8Array): boolean {
  try {
    const { definition } = decodeMessage(accepted, header, []);
    return definition.lane !== 'bulk' && !unnumbered.includes(definition);
  } catch {
    return false;
  }
}

function encode16(random: Random): Uint8Array {
  const frame = Buffer.alloc(16);
  frame.writeUInt32BE(random(3), 4);
  frame.writeUInt32BE(random(3), 12);
  return frame;
}
