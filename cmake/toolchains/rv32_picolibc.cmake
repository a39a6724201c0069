# SPDX-License-Identifier: Apache-2.0
# 32-bit RISC-V without an operating system: Debian's cross compiler and picolibc, run by
# qemu-system-riscv32 with semihosting. The C++ library is not in Debian 12: libstdcxx.sh builds it
# from gcc-12-source into BECKON_RV32_PREFIX.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BECKON_RV32_PREFIX)
set(beckon_rv32_include ${BECKON_RV32_PREFIX}/include/c++/12.2.0)
set(beckon_rv32_machine
  "-march=rv32imac -mabi=ilp32 --specs=picolibc.specs -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_INIT "${beckon_rv32_machine}")
# -I and not -isystem: the library's own headers go on to the C library's with include_next.
set(CMAKE_CXX_FLAGS_INIT "${beckon_rv32_machine} -nostdinc++ -I${beckon_rv32_include} \
-I${beckon_rv32_include}/riscv64-unknown-elf -fno-exceptions -fno-rtti -fno-threadsafe-statics")
# QEMU's virt machine has its memory at 0x80000000.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-T picolibcpp.ld --crt0=semihost --oslib=semihost -L${BECKON_RV32_PREFIX}/lib/rv32imac/ilp32 \
-Wl,--gc-sections -Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x800000 \
-Wl,--defsym=__ram=0x80800000,--defsym=__ram_size=0x7800000,--defsym=__stack_size=0x100000")
