# SPDX-License-Identifier: Apache-2.0
# What a person who builds Beckon may choose. Presets (CMakePresets.json) are named sets of these.
option(BECKON_BUILD_TESTS "Build the tests" ON)
option(BECKON_BUILD_BENCH "Build the benchmarks" ON)
option(BECKON_SYSTEM_DEPS "Use the system's libwebsockets, mbedTLS, cJSON and libcurl" OFF)
option(BECKON_WERROR "Warnings are errors" ON)
option(BECKON_FUZZ "Link the fuzz targets with libFuzzer (Clang only)" OFF)
set(BECKON_SANITIZE "" CACHE STRING "Sanitizers for everything of ours: address,undefined or thread")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(BECKON_CCACHE ccache)
if(BECKON_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${BECKON_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BECKON_CCACHE})
endif()
