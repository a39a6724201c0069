# SPDX-License-Identifier: Apache-2.0
# beckon_fuzz(NAME SOURCES file… LIBRARIES target…): the fuzz program fuzz/NAME, made of a file with
# LLVMFuzzerTestOneInput and the corpus tests/fuzz/corpus/NAME. The preset "fuzz" links libFuzzer; in
# every other build a plain main replays the corpus as an ordinary test, so no target rots.
function(beckon_fuzz name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE beckon_flags ${arg_LIBRARIES})
  set_target_properties(fuzz_${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  if(BECKON_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp)
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz)
  endif()
endfunction()
if(BECKON_FUZZ)
  target_compile_options(beckon_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
