import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lane } from '../../src/transport/lane.ts';
import { decodeLaneHeader } from '../../src/transport/lane-header.ts';
import { ACK_AFTER_MESSAGES, IN_FLIGHT_BYTES } from '../../src/transport/limits.ts';

/** Two ends of a lane, and a connection between them that keeps order and loses its content when it breaks. */
class Pair {
  readonly ends = [new Lane(), new Lane()] as const;
  readonly delivered: [number[], number[]] = [[], []];
  readonly #sent = [0, 0];
  /** On their way to each end. */
  #flying: [Uint8Array[][], Uint8Array[][]] = [[], []];
  #up = false;
  /** What end 0 had received when it dialled the connection to come. */
  #said: number | undefined;

  send(from: 0 | 1, bytes: number): void {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(this.#sent[from]!++);
    this.ends[from].send(number, [new Uint8Array(bytes)]);
  }

  /** The end takes the next messages on their way to it. */
  take(end: 0 | 1, count: number): void {
    for (let taken = 0; taken < count; taken++) {
      const parts = this.#flying[end].shift();
      if (!parts) return;
      const header = decodeLaneHeader(Buffer.from(parts[0]!));
      assert.ok(header);
      const bytes = (parts[1]?.length ?? 0) + (parts[2]?.length ?? 0);
      const arrival = this.ends[end].arrived(header, bytes);
      assert.notEqual(arrival, 'gap');
      assert.notEqual(arrival, 'invalid');
      if (arrival === 'deliver') this.delivered[end].push(Buffer.from(parts[1]!).readUInt32BE());
    }
  }

  break(): void {
    this.#up = false;
    this.#flying = [[], []];
    for (const end of this.ends) end.detach();
  }

  dial(): void {
    this.#said = this.ends[0].received;
  }

  connect(): void {
    if (this.#up) this.break();
    this.#up = true;
    const received = [this.#said ?? this.ends[0].received, this.ends[1].received];
    this.#said = undefined;
    for (const end of [0, 1] as const) {
      const other = end === 0 ? 1 : 0;
      assert.ok(this.ends[end].canResume(received[other]!));
      this.ends[end].attach((parts) => this.#flying[other].push(parts), received[other]!);
    }
  }

  /** Everything that is on its way, or follows from it, arrives. */
  settle(): void {
    this.connect();
    while (this.#flying[0].length + this.#flying[1].length > 0) {
      this.take(0, 1);
      this.take(1, 1);
      if (this.#flying[0].length + this.#flying[1].length === 0)
        for (const end of this.ends) end.acknowledge();
      if (!this.ends.some((end) => end.waiting)) break;
    }
  }

  sent(end: 0 | 1): number[] {
    return Array.from({ length: this.#sent[end]! }, (_, number) => number);
  }
}

const end = fc.constantFrom(0 as const, 1 as const);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), end, bytes: fc.nat(100_000) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), end, count: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('break' as const, 'dial' as const, 'connect' as const) }),
  },
);

test('whatever breaks when, both ends get everything once and in order, and owe nothing in the end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const pair = new Pair();
      for (const it of steps) {
        if (it.do === 'send') pair.send(it.end, it.bytes);
        else if (it.do === 'take') pair.take(it.end, it.count);
        else pair[it.do]();
      }
      pair.settle();
      assert.deepEqual(pair.delivered, [pair.sent(1), pair.sent(0)]);
      assert.deepEqual(
        pair.ends.map((lane) => lane.queuedBytes),
        [0, 0],
      );
    }),
    { seed: 7, numRuns: 150 },
  );
});

test('what is on its way is bounded, and acknowledgements go alone only when they must', () => {
  const lane = new Lane();
  const given: Uint8Array[][] = [];
  lane.attach((parts) => given.push(parts), 0);
  for (let sent = 0; sent < 10; sent++) lane.send(new Uint8Array(1), [new Uint8Array(IN_FLIGHT_BYTES / 4)]);
  assert.equal(given.length, 4);
  lane.arrived({ seq: 0, ack: 2 }, 0);
  assert.equal(given.length, 6);

  given.length = 0;
  for (let seq = 1; seq < ACK_AFTER_MESSAGES; seq++) lane.arrived({ seq, ack: 2 }, 1);
  assert.equal(given.length, 0);
  lane.arrived({ seq: ACK_AFTER_MESSAGES, ack: 2 }, 1);
  assert.deepEqual(
    given.map(([header]) => decodeLaneHeader(Buffer.from(header!))),
    [{ seq: 0, ack: ACK_AFTER_MESSAGES }],
  );
  lane.detach();
});

test('numbers that cannot be are told apart: a gap, a repeat, an acknowledgement of what was never sent', () => {
  const lane = new Lane();
  lane.attach(() => {}, 0);
  lane.send(new Uint8Array(1), []);
  assert.equal(lane.arrived({ seq: 1, ack: 1 }, 0), 'deliver');
  assert.equal(lane.arrived({ seq: 1, ack: 0 }, 0), 'nothing');
  assert.equal(lane.arrived({ seq: 3, ack: 0 }, 0), 'gap');
  assert.equal(lane.arrived({ seq: 2, ack: 2 }, 0), 'invalid');
  assert.equal(lane.canResume(1), true);
  assert.equal(lane.canResume(2), false);
  lane.detach();
});
