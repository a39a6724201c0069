// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/sqs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/events/md5.h"
#include "tests/unit/emulator/events/fakes.h"

namespace beckon::emulator {
namespace {

using namespace std::chrono_literals;
using testing::FakeScheduler;
using ::testing::HasSubstr;
using testing::MemoryStore;

// RFC 1321's own test suite, and lengths around a block's end.
TEST(Md5, KnownAnswers) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(
      md5_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
      "57edf4a22be3c955ac49da2e2107b67a");
  EXPECT_EQ(md5_hex(std::string(55, 'a')), "ef1772b6dff9a122358552954ad0df65");
  EXPECT_EQ(md5_hex(std::string(56, 'a')), "3b0c8ac703f828b04c6c197006d17218");
  EXPECT_EQ(md5_hex(std::string(64, 'a')), "014842d480b571495a4a0363793f7367");
}

class Sqs : public ::testing::Test {
 protected:
  Sqs() { start(); }
  void start() {
    service_.reset();
    queues_ = std::make_unique<Queues>(models_, store_, scheduler_, ids_, base::null_log());
    service_ = std::make_unique<SqsService>(
        *queues_, scheduler_, SqsOptions{"us-east-1", "000000000000", "http://127.0.0.1:3001"});
  }
  AwsReply call(const std::string& operation, const std::string& input) {
    const auto document = json::parse(input, json::kDepthMaxHost);
    EXPECT_TRUE(document) << input;
    AwsReply reply;
    service_->handle(operation, document->root(), [&](AwsReply got) { reply = std::move(got); });
    return reply;
  }
  // With the queue's URL as first member; more: further members.
  AwsReply on_queue(const std::string& operation, const std::string& more = "") {
    return call(operation, R"({"QueueUrl":"http://127.0.0.1:3001/000000000000/dead")" +
                               (more.empty() ? "" : "," + more) + "}");
  }

  std::vector<QueueModel> models_ = {{"Dead", "dead", 30s, std::chrono::hours(1)}};
  FakeScheduler scheduler_;
  MemoryStore store_;
  std::function<std::string()> ids_ = testing::counted_ids();
  std::unique_ptr<Queues> queues_;
  std::unique_ptr<SqsService> service_;
};

// Queues are found by name and by prefix; one that is not there is named as SDKs know it.
TEST_F(Sqs, FindsQueues) {
  EXPECT_EQ(call("GetQueueUrl", R"({"QueueName":"dead"})").body,
            R"({"QueueUrl":"http://127.0.0.1:3001/000000000000/dead"})");
  EXPECT_EQ(call("ListQueues", "{}").body,
            R"({"QueueUrls":["http://127.0.0.1:3001/000000000000/dead"]})");
  EXPECT_EQ(call("ListQueues", R"({"QueueNamePrefix":"x"})").body, R"({"QueueUrls":[]})");
  const AwsReply reply = call("GetQueueUrl", R"({"QueueName":"alive"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("com.amazonaws.sqs#QueueDoesNotExist"));
  EXPECT_EQ(reply.headers.at("x-amzn-query-error"),
            "AWS.SimpleQueueService.NonExistentQueue;Sender");
}

// A message comes as it was sent, with the checksums that SDKs verify.
TEST_F(Sqs, SendAndReceive) {
  EXPECT_EQ(
      on_queue(
          "SendMessage",
          R"("MessageBody":"abc","MessageAttributes":{"k":{"DataType":"String","StringValue":"v"}})")
          .body,
      R"({"MessageId":"id-1","MD5OfMessageBody":"900150983cd24fb0d6963f7d28e17f72",)"
      R"("MD5OfMessageAttributes":"0a77b0642718c3d9dd47090567d11e0d"})");
  EXPECT_EQ(
      on_queue("ReceiveMessage", R"("AttributeNames":["All"],"MessageAttributeNames":["All"])")
          .body,
      R"({"Messages":[{"MessageId":"id-1","ReceiptHandle":"id-2",)"
      R"("MD5OfBody":"900150983cd24fb0d6963f7d28e17f72","Body":"abc","Attributes":{)"
      R"("SenderId":"000000000000","SentTimestamp":"1772619072000","ApproximateReceiveCount":"1",)"
      R"("ApproximateFirstReceiveTimestamp":"1772619072000"},)"
      R"("MD5OfMessageAttributes":"0a77b0642718c3d9dd47090567d11e0d",)"
      R"("MessageAttributes":{"k":{"StringValue":"v","DataType":"String"}}}]})");
}

// A received message is hidden for its visibility timeout, and comes again if it is not deleted.
TEST_F(Sqs, VisibilityTimeout) {
  on_queue("SendMessage", R"("MessageBody":"a")");
  EXPECT_THAT(on_queue("ReceiveMessage").body, HasSubstr(R"("Body":"a")"));
  EXPECT_EQ(on_queue("ReceiveMessage").body, "{}");
  scheduler_.advance(29s);
  EXPECT_EQ(on_queue("ReceiveMessage").body, "{}");
  scheduler_.advance(2s);
  EXPECT_THAT(on_queue("ReceiveMessage", R"("VisibilityTimeout":0)").body,
              HasSubstr(R"("Body":"a")"));
  const AwsReply last =
      on_queue("ReceiveMessage", R"("AttributeNames":["ApproximateReceiveCount"])");
  EXPECT_THAT(last.body, HasSubstr(R"("Attributes":{"ApproximateReceiveCount":"3"})"));
}

// Deleting needs the newest receipt handle; deleting twice is fine.
TEST_F(Sqs, Delete) {
  on_queue("SendMessage", R"("MessageBody":"a")");
  on_queue("ReceiveMessage", R"("VisibilityTimeout":0)");  // handle id-2
  on_queue("ReceiveMessage", R"("VisibilityTimeout":0)");  // handle id-3
  EXPECT_EQ(on_queue("DeleteMessage", R"("ReceiptHandle":"id-2")").status, 200);
  EXPECT_EQ(queues_->counts("dead").visible, 1U);
  EXPECT_EQ(on_queue("DeleteMessage", R"("ReceiptHandle":"id-3")").status, 200);
  EXPECT_EQ(queues_->counts("dead").visible, 0U);
  EXPECT_EQ(on_queue("DeleteMessage", R"("ReceiptHandle":"id-3")").status, 200);
  EXPECT_TRUE(store_.entries.empty());
}

// Counts tell visible messages from received ones.
TEST_F(Sqs, Attributes) {
  for (int i = 0; i < 3; ++i) on_queue("SendMessage", R"("MessageBody":"a")");
  on_queue("ReceiveMessage", R"("MaxNumberOfMessages":2)");
  const AwsReply reply = on_queue("GetQueueAttributes", R"("AttributeNames":["All"])");
  EXPECT_THAT(reply.body, HasSubstr(R"("ApproximateNumberOfMessages":"1")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("ApproximateNumberOfMessagesNotVisible":"2")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("QueueArn":"arn:aws:sqs:us-east-1:000000000000:dead")"));
  EXPECT_EQ(on_queue("GetQueueAttributes", R"("AttributeNames":["VisibilityTimeout"])").body,
            R"({"Attributes":{"VisibilityTimeout":"30"}})");
}

// With a wait time an empty queue answers when a message comes, or empty when the time is up.
TEST_F(Sqs, LongPolling) {
  AwsReply reply;
  bool answered = false;
  const auto wait = [&] {
    answered = false;
    const auto input = json::parse(R"({"QueueUrl":"dead","WaitTimeSeconds":5})");
    service_->handle("ReceiveMessage", input->root(), [&](AwsReply got) {
      reply = std::move(got);
      answered = true;
    });
  };
  wait();
  EXPECT_FALSE(answered);
  scheduler_.advance(3s);
  EXPECT_FALSE(answered);
  on_queue("SendMessage", R"("MessageBody":"late")");
  ASSERT_TRUE(answered);
  EXPECT_THAT(reply.body, HasSubstr(R"("Body":"late")"));
  wait();
  scheduler_.advance(5s);
  ASSERT_TRUE(answered);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(scheduler_.timers_count(), 0U);
}

// Messages survive a restart, older ones than the retention period do not last.
TEST_F(Sqs, RestartAndRetention) {
  on_queue("SendMessage", R"("MessageBody":"first")");
  scheduler_.advance(30min);
  on_queue("SendMessage", R"("MessageBody":"second")");
  start();
  EXPECT_EQ(queues_->counts("dead").visible, 2U);
  EXPECT_THAT(on_queue("ReceiveMessage", R"("VisibilityTimeout":0)").body, HasSubstr("first"));
  scheduler_.advance(31min);
  EXPECT_THAT(on_queue("ReceiveMessage").body, HasSubstr("second"));
  EXPECT_EQ(store_.entries.size(), 1U);
}

// Purging leaves nothing behind.
TEST_F(Sqs, Purge) {
  on_queue("SendMessage", R"("MessageBody":"a")");
  EXPECT_EQ(on_queue("PurgeQueue").status, 200);
  EXPECT_EQ(queues_->counts("dead").visible, 0U);
  EXPECT_TRUE(store_.entries.empty());
}

// Bad input is refused with what was expected; what is not there is named.
TEST_F(Sqs, Refusals) {
  EXPECT_THAT(
      on_queue("ReceiveMessage", R"("MaxNumberOfMessages":11)").body,
      HasSubstr(
          "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be >= 1 and <= 10"));
  EXPECT_THAT(call("ReceiveMessage", "{}").body, HasSubstr("must contain the parameter QueueUrl"));
  EXPECT_THAT(on_queue("SendMessage").body, HasSubstr("must contain the parameter MessageBody"));
  EXPECT_THAT(call("CreateQueue", R"({"QueueName":"x"})").body,
              HasSubstr("beckon-emulator does not implement SQS's CreateQueue"));
}

// What XML cannot hold, not even escaped, is refused in a message, for clients of either protocol.
TEST_F(Sqs, CharactersThatNoMessageHoldsAreRefused) {
  for (const char* text : {R"(a\u0001)", R"(\ufffe)", R"(\uffff)", R"(\u000b)"}) {
    const AwsReply in_body =
        on_queue("SendMessage", R"("MessageBody":")" + std::string(text) + '"');
    EXPECT_THAT(in_body.body, HasSubstr("com.amazonaws.sqs#InvalidMessageContents")) << text;
    const AwsReply in_attribute = on_queue(
        "SendMessage", R"("MessageBody":"a","MessageAttributes":{"n":{"DataType":"String",)"
                       R"("StringValue":")" +
                           std::string(text) + R"("}})");
    EXPECT_THAT(in_attribute.body, HasSubstr("InvalidMessageContents")) << text;
  }
  EXPECT_EQ(on_queue("SendMessage", R"("MessageBody":"\t\r\n\ufffd\ud83d\udd14\u007f")").status,
            200);
}

// A dead letter is not lost for a character: what stands in its place is what the checksum is of.
TEST_F(Sqs, ADeadLetterWithSuchCharactersIsKept) {
  QueueMessage letter;
  letter.body = "{\"a\":\"\xEF\xBF\xBE\"}";
  letter.attributes["ErrorMessage"] = {"String", "\x1B[1m"};
  ASSERT_TRUE(queues_->send("dead", std::move(letter)));
  const AwsReply reply = on_queue("ReceiveMessage", R"("MessageAttributeNames":["All"])");
  EXPECT_THAT(reply.body, HasSubstr("\"Body\":\"{\\\"a\\\":\\\"\xEF\xBF\xBD\\\"}\""));
  EXPECT_THAT(reply.body, HasSubstr(md5_hex("{\"a\":\"\xEF\xBF\xBD\"}")));
  EXPECT_THAT(reply.body, HasSubstr("\"\xEF\xBF\xBD[1m\""));
}

// A function's error is any bytes; a stored one that cannot be read would stop the next start.
TEST_F(Sqs, ADeadLetterIsStoredAsWhatIsReadAgainWhateverTheFunctionSaid) {
  QueueMessage letter;
  letter.body = "{}";
  letter.error_code = std::string("\0", 1);
  letter.error_message = std::string("a\0\xFF", 3);
  ASSERT_TRUE(queues_->send("dead", std::move(letter)));
  start();
  std::string message;
  queues_->for_each(
      [&](const std::string&, const QueueMessage& read) { message = read.error_message; });
  EXPECT_EQ(message, "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace beckon::emulator
