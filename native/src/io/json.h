// A small JSON reader and writer for config.json, safetensors headers and shard indexes: objects keep their order,
// numbers keep their spelling, depth and size are bounded, and errors name the byte where reading stopped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace secondlook {

class Json {
 public:
  enum class Kind : uint8_t { null, boolean, number, string, array, object };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  static Json boolean(bool value);
  static Json number(double value);
  static Json integer(int64_t value);
  static Json string(std::string value);
  static Json array(std::vector<Json> items = {});
  static Json object(std::vector<Member> members = {});

  /// Throws Error(badCheckpoint) naming `source` and the byte offset.
  static Json parse(std::string_view text, const std::string& source);

  Kind kind() const noexcept { return kind_; }
  bool isObject() const noexcept { return kind_ == Kind::object; }
  bool isArray() const noexcept { return kind_ == Kind::array; }
  bool isString() const noexcept { return kind_ == Kind::string; }
  bool isNumber() const noexcept { return kind_ == Kind::number; }
  bool isBoolean() const noexcept { return kind_ == Kind::boolean; }
  bool isNull() const noexcept { return kind_ == Kind::null; }

  bool asBoolean() const noexcept { return boolean_; }
  double asNumber() const noexcept { return number_; }
  /// The value if it is a whole number that a double holds exactly.
  std::optional<int64_t> asInteger() const noexcept;
  const std::string& asString() const noexcept { return text_; }
  const std::vector<Json>& items() const noexcept { return items_; }
  const std::vector<Member>& members() const noexcept { return members_; }

  /// Null when this is no object or has no such member.
  const Json* find(std::string_view key) const noexcept;
  void set(const std::string& key, Json value);
  void remove(std::string_view key);
  void push(Json value) { items_.push_back(std::move(value)); }

  /// `indent` 0 writes one line.
  std::string dump(int indent = 0) const;

 private:
  friend class JsonReader;
  void write(std::string& out, int indent, int depth) const;

  Kind kind_ = Kind::null;
  bool boolean_ = false;
  double number_ = 0;
  std::string text_;  // a string's value, or a number's spelling
  std::vector<Json> items_;
  std::vector<Member> members_;
};

}  // namespace secondlook
