import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Proof that a client owns the key that it names. CURVE has checked *a* key, but
 * ZeroMQ cannot say which one sent a message, so one authorised client could
 * name another's. Only the two owners can make the shared secret, and the text
 * under the MAC names everything that the proof is good for.
 */
export interface Claim {
  readonly epoch: string;
  readonly session: string;
  readonly generation: number;
  readonly lane: string;
}

/** HMAC-SHA-256 under the X25519 secret of the two keys; see zmx-protocol(7), PROOF OF THE KEY. */
export function prove(secret: Uint8Array, nonce: Uint8Array, claim: Claim): Buffer {
  const lines = [
    'zmx proof 1',
    Buffer.from(nonce).toString('hex'),
    claim.epoch,
    claim.session,
    String(claim.generation),
    claim.lane,
  ];
  return createHmac('sha256', secret).update(lines.join('\n')).digest();
}

export function proofHolds(secret: Uint8Array, nonce: Uint8Array, claim: Claim, proof: Uint8Array): boolean {
  const expected = prove(secret, nonce, claim);
  return proof.length === expected.length && timingSafeEqual(proof, expected);
}
