# SPDX-License-Identifier: Apache-2.0
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# beckon_python_test(NAME FILE file LABEL label TIMEOUT seconds [ARGUMENTS …]): a test in Python, run
# against this build's binaries. Exit status 77: an outside tool is missing, and its output names it.
function(beckon_python_test name)
  cmake_parse_arguments(arg "" "FILE;LABEL;TIMEOUT" "ARGUMENTS" ${ARGN})
  add_test(NAME ${name}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE} ${arg_ARGUMENTS})
  set(environment BECKON_BUILD_DIR=${CMAKE_BINARY_DIR} PYTHONDONTWRITEBYTECODE=1)
  if(BECKON_SANITIZE)
    list(APPEND environment BECKON_TEST_SLOWNESS=4)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT}
    SKIP_RETURN_CODE 77 ENVIRONMENT "${environment}")
endfunction()
