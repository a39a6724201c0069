# SPDX-License-Identifier: Apache-2.0
# What makes a mistake in memory harder to use, on in every build of ours: beckon_hardening is part
# of beckon_flags. tests/unit/scripts/hardening_test.py looks whether the programs have it. The pinned third-party
# libraries get the same flags in cmake/thirdparty/build.py.
include(CheckCXXCompilerFlag)

add_library(beckon_hardening INTERFACE)
target_compile_options(beckon_hardening INTERFACE -fPIE -fstack-protector-strong)
target_link_options(beckon_hardening INTERFACE -pie LINKER:-z,relro,-z,now,-z,noexecstack)

# Which of them there are depends on the machine: -fcf-protection is x86's, -mbranch-protection is
# 64-bit ARM's.
foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "BECKON_HAS${flag}" known)
  check_cxx_compiler_flag("-Werror ${flag}" ${known})
  if(${known})
    target_compile_options(beckon_hardening INTERFACE ${flag})
  endif()
endforeach()

# glibc checks nothing without optimisation (and warns), and sanitizers check more. Some
# distributions set a level of their own, hence -U.
if(NOT BECKON_SANITIZE)
  target_compile_options(beckon_hardening INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
    $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
