# packages.sh -- Debian packages, installed only when they are missing.  Read by run and test.
# shellcheck shell=sh
BUILD_PACKAGES="gcc make pkg-config libc6-dev libsqlite3-dev libpq-dev libmicrohttpd-dev libcurl4-openssl-dev
 libxml2-dev libzip-dev libsodium-dev libstemmer-dev libqrencode-dev libxlsxwriter-dev zlib1g-dev
 libcairo2-dev libfreetype-dev fonts-dejavu-core ca-certificates"
PAGE_PACKAGES="nodejs npm"
TEST_PACKAGES="libcmocka-dev libjansson-dev postgresql-15 nginx-light chromium sqlite3 libxml2-utils zip
 fonts-liberation poppler-utils clang clang-format clang-tidy libclang-rt-14-dev python3 python3-aiosmtpd curl procps openssl git"

# Quicker, but not needed: tests/browser/pages.js.
FAST_PACKAGES="chromium-headless-shell"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# packages NAME... -- install those that are not there yet.
packages() {
    have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p')
    missing=
    for p in "$@"; do
        case "
$have
" in *"
$p
"*) continue ;; esac
        # Node may be there without Debian's packages.
        case $p in nodejs | npm) command -v "${p%js}" >/dev/null 2>&1 && continue ;; esac
        missing="$missing $p"
    done
    [ -z "$missing" ] && return 0
    echo "installing:$missing"
    as_root apt-get update -qq
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove $missing >/dev/null
}
