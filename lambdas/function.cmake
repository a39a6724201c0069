# SPDX-License-Identifier: Apache-2.0
# beckon_function(NAME SOURCES file…): a Lambda function. Its handler becomes the library
# lambdas_NAME (for tests and the simulation), its main the program build/bin/lambdas/NAME/bootstrap,
# which is what infrastructure/template.yaml deploys and what the emulator starts.
function(beckon_function name)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  beckon_library(lambdas_${name} SOURCES ${arg_SOURCES} LIBRARIES beckon::lambdas_backend)
  beckon_small_code(lambdas_${name})

  add_executable(${name}_bootstrap main.cpp)
  target_link_libraries(${name}_bootstrap PRIVATE
    beckon_no_exceptions beckon::lambdas_${name} beckon::lambdas_service beckon::lambdas_runtime)
  beckon_small_code(${name}_bootstrap)
  target_link_options(${name}_bootstrap PRIVATE -Wl,--gc-sections)
  # Lambda's system has its own C++ library, or none: ours comes along. And it has glibc 2.34: a test
  # checks what is linked.
  if(NOT BECKON_SANITIZE)
    target_sources(${name}_bootstrap PRIVATE ${PROJECT_SOURCE_DIR}/lambdas/runtime/glibc_floor.cpp)
    target_link_options(${name}_bootstrap PRIVATE -static-libstdc++ -static-libgcc)
  endif()
  set_target_properties(${name}_bootstrap PROPERTIES
    OUTPUT_NAME bootstrap
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/lambdas/${name})
  set_property(GLOBAL APPEND PROPERTY BECKON_FUNCTIONS ${name}_bootstrap)
endfunction()

# A function is loaded at every cold start: size is time.
function(beckon_small_code target)
  target_compile_options(${target} PRIVATE -Os -ffunction-sections -fdata-sections)
endfunction()
