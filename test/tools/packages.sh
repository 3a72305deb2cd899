# npm ci of a small set of packages that needs no network: tarballs with programs, and one script of a package's own.
set -eu
export npm_config_update_notifier=false
mkdir -p vendor stage/package
packages='' locked='' sep=''
for i in 1 2 3 4 5 6; do
  mkdir -p stage/package/lib
  printf '{"name":"part-%d","version":"1.0.%d","bin":{"part-%d":"bin.js"}}\n' "$i" "$i" "$i" >stage/package/package.json
  printf '#!/usr/bin/env node\nconsole.log(require("./lib/value.js"));\n' >stage/package/bin.js
  for j in $(seq 12); do echo "module.exports = $i * $j;" >"stage/package/lib/value-$j.js"; done
  echo "module.exports = $i;" >stage/package/lib/value.js
  chmod +x stage/package/bin.js
  tar -C stage --sort=name --mtime=@1000000000 --owner=0 --group=0 -czf "vendor/part-$i.tgz" package
  packages="$packages$sep\"part-$i\":\"file:vendor/part-$i.tgz\""
  locked="$locked$sep\"node_modules/part-$i\":{\"version\":\"1.0.$i\",\"resolved\":\"file:vendor/part-$i.tgz\",\"bin\":{\"part-$i\":\"bin.js\"}}"
  sep=,
done
rm -rf stage
printf '{"name":"app","version":"1.0.0","scripts":{"postinstall":"cp node_modules/part-1/package.json copied"},"dependencies":{%s}}\n' "$packages" >package.json
printf '{"name":"app","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"":{"name":"app","version":"1.0.0","hasInstallScript":true,"dependencies":{%s}},%s}}\n' "$packages" "$locked" >package-lock.json
npm ci --offline --no-audit --no-fund --loglevel=error >/dev/null
node_modules/.bin/part-3
node -p 'require("part-6/lib/value-12.js")'
cat copied
find node_modules -type f | wc -l
