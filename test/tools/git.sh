# Clones, branches, a rebase with a conflict, stash, worktree, gc: what the repository and its user have afterwards.
set -eu
export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
export GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=a@b

git init -q -b main origin
cd origin
git config gc.auto 0
git config pack.threads 1
for i in 1 2 3; do
  mkdir -p "folder-$i"
  seq "$i" 200 >"folder-$i/file"
  printf '#!/bin/sh\n' >"folder-$i/script"
  chmod +x "folder-$i/script"
  git add .
  git commit -qm "commit $i"
done
ln -s folder-1/file link
git add link
git commit -qm 'a link'
cd ..

git clone -q ./origin clone
cd clone
git config remote.origin.url ../origin
git checkout -q -b topic HEAD~2
echo topic >topic
sed -i s/^100$/hundred/ folder-1/file
git add .
git commit -qm topic
git rebase -q main
git log --format='%h %s'

echo here >>folder-1/file
git status --short
git stash -q
git status --short
git stash pop -q
git diff --stat
git commit -qam 'said here'

(cd ../origin && echo there >>folder-1/file && git commit -qam 'said there')
git fetch -q
if git rebase -q origin/main >/dev/null 2>&1; then echo 'no conflict?'; fi
git diff --name-only --diff-filter=U
(sed -e '/^<<<<<<<\|^=======\|^>>>>>>>/d' folder-1/file >resolved && mv resolved folder-1/file)
git add folder-1/file
GIT_EDITOR=true git rebase --continue >/dev/null
git log --format='%h %s'
git mv folder-2 renamed
git rm -q folder-3/script
git status --short
git commit -qm 'renamed and removed'
git checkout -q main
git merge -q --no-edit topic
git gc -q
git fsck --strict --no-progress --no-dangling
git status --short --branch
git grep -c hundred
