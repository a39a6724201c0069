// SPDX-License-Identifier: Apache-2.0
#include "agent/stored_reports.h"

#include <gtest/gtest.h>

namespace beckon::agent {
namespace {

using protocol::FailedReport;

TEST(StoredReports, WhatIsWrittenIsRead) {
  const std::vector<FailedReport> reports = {
      {41, "exec", "exit status 1"}, {43, "say \"hey\"", R"(C:\ is no path, "ö" is a letter)"}};
  const std::string text = encode_reports("k3f9", reports);
  const auto read = decode_reports(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->epoch, "k3f9");
  ASSERT_EQ(read->failed.size(), 2U);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(read->failed[i].seq, reports[i].seq);
    EXPECT_EQ(read->failed[i].action, reports[i].action);
    EXPECT_EQ(read->failed[i].error, reports[i].error);
  }
}

TEST(StoredReports, ReportsWithinTheLimitFitTheStorage) {
  for (const char* text : {"x", "\"", "\\", "ö"}) {
    std::string error;
    while (error.size() < 190) error += text;
    std::vector<FailedReport> reports;
    std::size_t bytes = 0;
    while (true) {
      FailedReport report{protocol::kSeqMax - 1000 + reports.size(), "exec", error};
      bytes += stored_bytes(report);
      if (bytes > kStoredReportsBytesMax) break;
      reports.push_back(std::move(report));
    }
    EXPECT_GE(reports.size(), 8U);
    const std::string line = encode_reports("0123456789abcdef", reports);
    EXPECT_LE(line.size(), kStoredValueBytesMax);
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

constexpr char kTwice[] = R"({"epoch":"k3f9","failed":[{"seq":2,"action":"a","error":"e"},)"
                          R"({"seq":2,"action":"a","error":"e"}]})";

TEST(StoredReports, AnythingElseIsRefused) {
  for (const char* text :
       {"", "k3f9:41", "{}", "[]", R"({"epoch":"k3f9"})", R"({"epoch":"K","failed":[]})",
        R"({"epoch":"k3f9","failed":[{"seq":0,"action":"a","error":"e"}]})",
        R"({"epoch":"k3f9","failed":[{"seq":1.5,"action":"a","error":"e"}]})",
        R"({"epoch":"k3f9","failed":[{"seq":1,"action":"","error":"e"}]})",
        R"({"epoch":"k3f9","failed":[{"seq":1,"action":"a"}]})", kTwice}) {
    EXPECT_FALSE(decode_reports(text)) << text;
  }
}

}  // namespace
}  // namespace beckon::agent
