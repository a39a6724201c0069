# SPDX-License-Identifier: Apache-2.0
# How our own targets are built. A folder is a target: beckon_library(common_json …) in common/json.
include(${CMAKE_CURRENT_LIST_DIR}/hardening.cmake)

# Flags of all our code. Third-party sources do not get them.
add_library(beckon_flags INTERFACE)
target_include_directories(beckon_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(beckon_flags INTERFACE BECKON_VERSION="${PROJECT_VERSION}")
target_compile_options(beckon_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough
  -fno-omit-frame-pointer
  # GCC 12's std::stable_sort calls what its own headers call deprecated, and Clang tells us.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${BECKON_WERROR}>:-Werror>)
if(BECKON_SANITIZE)
  # vptr checks need the RTTI that half of our code is built without. Instrumented code misleads
  # GCC's search for uninitialized reads (its manual advises against -Werror here), so that one
  # warning stops no sanitizer build; the builds without sanitizers still fail on it.
  target_compile_options(beckon_flags INTERFACE
    -fsanitize=${BECKON_SANITIZE} -fno-sanitize-recover=all -fno-sanitize=vptr
    $<$<CXX_COMPILER_ID:GNU>:-Wno-error=maybe-uninitialized>)
  target_link_options(beckon_flags INTERFACE -fsanitize=${BECKON_SANITIZE})
endif()

target_link_libraries(beckon_flags INTERFACE beckon_hardening)

# For common/, agent/, platform/, lambdas/: see CONTRIBUTING.md, "three kinds of trouble".
add_library(beckon_no_exceptions INTERFACE)
target_compile_options(beckon_no_exceptions INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)

# beckon_library(NAME [EXCEPTIONS] SOURCES file… [LIBRARIES target…] [PRIVATE_LIBRARIES target…])
# Makes the static library NAME and its alias beckon::NAME. Without EXCEPTIONS it is built with
# -fno-exceptions -fno-rtti.
function(beckon_library name)
  cmake_parse_arguments(arg "EXCEPTIONS" "" "SOURCES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  add_library(beckon::${name} ALIAS ${name})
  target_link_libraries(${name} PUBLIC beckon_flags ${arg_LIBRARIES} PRIVATE ${arg_PRIVATE_LIBRARIES})
  if(NOT arg_EXCEPTIONS)
    target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:beckon_no_exceptions>)
  endif()
endfunction()

# beckon_test(NAME SOURCES file… LIBRARIES target… [LABELS label…])
# A GoogleTest program, registered with ctest as one test per TEST().
function(beckon_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE beckon_flags ${arg_LIBRARIES} GTest::gmock GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}." PROPERTIES LABELS "${arg_LABELS}" DISCOVERY_MODE PRE_TEST)
endfunction()
include(GoogleTest)
