import { accessSync, constants, statfsSync } from 'node:fs';
import { loadKeyPair } from '../../auth/keys.ts';
import { ensurePrivateFolder } from '../../base/folders.ts';
import { prepareServerPlace, type ServerPlace } from '../../base/server-place.ts';
import { type Check, note } from './finding.ts';

/** With less, recovery checkpoints and the history soon find no room. */
const LOW_SPACE_MB = 100;

/** The folders of zmx: private to the user, writable, with room. */
export function placeChecks(place: ServerPlace): readonly Check[] {
  const usable = (folder: string) => {
    prepareServerPlace(place);
    ensurePrivateFolder(place.config);
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const free = Math.floor((bavail * bsize) / 1e6);
    return free < LOW_SPACE_MB ? note(`${folder}: only ${free} MB free; make room`) : folder;
  };
  return [
    { subject: 'runtime folder', look: () => usable(place.runtime) },
    { subject: 'state folder', look: () => usable(place.state) },
    {
      subject: 'config folder',
      look: () => {
        loadKeyPair(place.config);
        return usable(place.config);
      },
    },
  ];
}
