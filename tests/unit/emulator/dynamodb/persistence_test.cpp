// SPDX-License-Identifier: Apache-2.0
// Tables in a directory: they outlive a process, even a killed one, and what cannot be used is an
// error at start.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "emulator/dynamodb/sqlite.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

class Persistence : public ServiceFixture {
 protected:
  ~Persistence() override { service_.reset(); }

  static base::Result<std::unique_ptr<DynamoDbService>> try_open(const std::string& directory,
                                                                 std::vector<TableModel> tables) {
    ServiceOptions options;
    options.data_dir = directory;
    options.tables = std::move(tables);
    return DynamoDbService::open(std::move(options), base::null_log());
  }

  tests::TemporaryFolder temporary_;
  const std::string directory_ = temporary_.path();
};

TEST_F(Persistence, ItemsAndTablesAreThereAfterAReopening) {
  open(directory_);
  ok("PutItem",
     R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},"g":{"S":"x"},"h":{"N":"1"}}})");
  ok("CreateTable",
     R"({"TableName":"made","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"N"}]})");
  const std::string described = ok("DescribeTable", R"({"TableName":"orders"})");
  open(directory_);
  EXPECT_EQ(ok("ListTables", "{}"), R"({"TableNames":["made","orders","plain"]})");
  EXPECT_EQ(ok("DescribeTable", R"({"TableName":"orders"})"), described);
  EXPECT_EQ(
      ok("Query",
         R"({"TableName":"orders","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}},"Select":"COUNT"})"),
      R"({"Count":1,"ScannedCount":1})");
}

TEST_F(Persistence, WhatWasAnsweredSurvivesKillMinusNine) {
  service_.reset();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    open(directory_);
    for (int i = 1; i <= 50; ++i) {
      ok("PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":")" +
                        std::to_string(i) + R"("},"g":{"S":"x"},"h":{"N":"1"}}})");
    }
    const char byte = ::testing::Test::HasFailure() ? 'x' : 'y';
    if (write(ready[1], &byte, 1) != 1) _exit(1);
    for (;;) pause();  // the database stays open until the process is killed
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  open(directory_);
  EXPECT_EQ(ok("Scan", R"({"TableName":"orders","Select":"COUNT"})"),
            R"({"Count":50,"ScannedCount":50})");
  EXPECT_EQ(ok("Scan", R"({"TableName":"orders","IndexName":"by-g","Select":"COUNT"})"),
            R"({"Count":50,"ScannedCount":50})");
}

// Collects what is logged.
class KeptLog final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view, std::string_view text) override {
    lines += std::string(text) + "\n";
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::string lines;
};

TEST_F(Persistence, AFullDiskIsAnErrorWithTheReasonInTheLogAndLosesNothing) {
  KeptLog log;
  ServiceOptions options;
  options.data_dir = directory_;
  options.tables = test_tables();
  auto opened = DynamoDbService::open(std::move(options), log);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  service_ = *std::move(opened);
  ok("PutItem", R"({"TableName":"plain","Item":{"p":{"S":"before"}}})");

  // A limit on the size of files is the disk that a test can fill.
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &usual), 0);
  signal(SIGXFSZ, SIG_IGN);
  rlimit small = usual;
  small.rlim_cur = 512 * 1024;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string big(300 * 1024, 'x');
  AwsReply reply;
  for (int i = 0; i < 10 && reply.status == 200; ++i) {
    reply = call("PutItem", R"({"TableName":"plain","Item":{"p":{"S":"big)" + std::to_string(i) +
                                R"("},"x":{"S":")" + big + R"("}}})");
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &usual), 0);

  EXPECT_EQ(reply.status, 500);
  EXPECT_TRUE(
      reply.body.starts_with(R"({"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError")"))
      << reply.body;
  EXPECT_NE(log.lines.find("PutItem: SQLite: "), std::string::npos) << log.lines;
  EXPECT_EQ(ok("GetItem", R"({"TableName":"plain","Key":{"p":{"S":"before"}}})"),
            R"({"Item":{"p":{"S":"before"}}})");
  ok("PutItem", R"({"TableName":"plain","Item":{"p":{"S":"after"}}})");
  open(directory_);
  EXPECT_EQ(ok("GetItem", R"({"TableName":"plain","Key":{"p":{"S":"after"}}})"),
            R"({"Item":{"p":{"S":"after"}}})");
}

TEST_F(Persistence, ASecondEmulatorOnTheSameDirectoryIsRefused) {
  open(directory_);
  const auto second = try_open(directory_, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::ErrorCode::kIo);
  EXPECT_NE(second.error().message.find("database is locked"), std::string::npos)
      << second.error().message;
  EXPECT_NE(second.error().message.find(directory_), std::string::npos);
}

TEST_F(Persistence, ADirectoryThatIsNotThereIsNamed) {
  const auto opened = try_open(directory_ + "/missing", {});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, base::ErrorCode::kIo);
  EXPECT_NE(opened.error().message.find(directory_ + "/missing/dynamodb.sqlite"),
            std::string::npos);
}

TEST_F(Persistence, AFileThatIsNoDatabaseIsRefusedAndKept) {
  const std::string text =
      "this is no database, but somebody's notes, long enough to be read as one";
  std::ofstream(directory_ + "/dynamodb.sqlite") << text;
  const auto opened = try_open(directory_, {});
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message.find("file is not a database"), std::string::npos)
      << opened.error().message;
  std::ifstream file(directory_ + "/dynamodb.sqlite");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(Persistence, ASchemaOfAnotherVersionIsRefused) {
  {
    Connection other(directory_ + "/dynamodb.sqlite");
    other.execute("CREATE TABLE later(x); PRAGMA user_version = 7;");
  }
  const auto opened = try_open(directory_, {});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, base::ErrorCode::kInvalid);
  EXPECT_NE(opened.error().message.find("schema version 7"), std::string::npos);
}

TEST_F(Persistence, ATemplateWithOtherKeysIsRefused) {
  open(directory_);
  service_.reset();
  auto tables = test_tables();
  tables[0].range = KeyModel{"s", 'S'};
  const auto opened = try_open(directory_, tables);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().message,
            "table orders is kept with the key p (S), s (N) but the template says p (S), s (S); "
            "delete the table or the data directory, or take the old template");
}

TEST_F(Persistence, ATemplateWithOtherIndexesRebuildsThem) {
  open(directory_);
  ok("PutItem",
     R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},"q":{"S":"x"},"g":{"S":"x"},"h":{"N":"1"}}})");
  service_.reset();
  auto tables = test_tables();
  tables[0].indexes[0].hash = {"q", 'S'};
  tables[0].indexes[0].range.reset();
  auto opened = try_open(directory_, tables);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  service_ = *std::move(opened);
  EXPECT_EQ(
      ok("Query",
         R"({"TableName":"orders","IndexName":"by-g","KeyConditionExpression":"q = :g","ExpressionAttributeValues":{":g":{"S":"x"}},"Select":"COUNT"})"),
      R"({"Count":1,"ScannedCount":1})");
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
