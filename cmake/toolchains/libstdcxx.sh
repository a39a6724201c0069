#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds GCC 12's C++ library for 32-bit RISC-V and picolibc from Debian's gcc-12-source. The
# argument is the folder to install into; done before, it returns at once.
set -euo pipefail
prefix=$(realpath -m "${1:?usage: libstdcxx.sh FOLDER}")
[[ ! -f $prefix/done ]] || exit 0

source=$(compgen -G "/usr/src/gcc-12/gcc-12*.tar.xz") || {
  echo "gcc-12-source is missing: apt-get install gcc-12-source" >&2
  exit 1
}
work=$prefix/work
rm -rf "$prefix" && mkdir -p "$work/build"
echo "unpacking the parts of $source that are needed"
tar -C "$work" --strip-components=1 -xf "$source" --wildcards '*/libstdc++-v3' '*/libgcc' '*/libiberty' '*/config' \
  '*/include' '*/config.sub' '*/config.guess' '*/install-sh' '*/ltmain.sh' '*/missing' \
  '*/mkinstalldirs' '*/depcomp' '*/config-ml.in' '*/compile' '*/libtool*' '*/move-if-change' \
  '*/symlink-tree' '*/gcc/BASE-VER' '*/gcc/DATESTAMP' '*/gcc/DEV-PHASE'
flags="-march=rv32imac -mabi=ilp32 --specs=picolibc.specs -ffunction-sections -fdata-sections -O2"
flags+=" --crt0=semihost --oslib=semihost"
cd "$work/build"
echo "configuring libstdc++"
../libstdc++-v3/configure --host=riscv64-unknown-elf --build="$(gcc -dumpmachine)" --prefix="$prefix" \
  --with-newlib --disable-multilib --disable-nls --disable-libstdcxx-pch --disable-shared \
  --enable-static --disable-libstdcxx-verbose --disable-libstdcxx-filesystem-ts --disable-wchar_t \
  --enable-tls CC="riscv64-unknown-elf-gcc $flags" CXX="riscv64-unknown-elf-g++ $flags"
echo "building libstdc++"
make -j "$(nproc)"
make install
rm -rf "$work"
touch "$prefix/done"
