#include "safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "../error.h"
#include "json.h"

namespace secondlook {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian, and so must the machine be");

namespace {
constexpr size_t maximumHeaderBytes = 100'000'000;

size_t bytesPerElement(const std::string& dtype) {
  if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
  if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
  if (dtype == "BF16" || dtype == "F16" || dtype == "I16" || dtype == "U16") return 2;
  if (dtype == "I8" || dtype == "U8" || dtype == "BOOL" || dtype == "F8_E4M3" || dtype == "F8_E5M2") return 1;
  return 0;
}

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::badCheckpoint,
              path + ": " + what + ". The file is damaged or incomplete; download or save it again.");
}

float halfToFloat(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t exponent = (half >> 10) & 0x1F, fraction = half & 0x3FF;
  if (exponent == 0) {
    const float value = static_cast<float>(fraction) * 0x1p-24f;
    return sign ? -value : value;
  }
  const uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}
}  // namespace

int64_t TensorEntry::count() const {
  int64_t product = 1;
  for (const int64_t extent : shape) product *= extent;
  return product;
}

SafetensorsFile::SafetensorsFile(const std::string& path) : file_(path) {
  if (file_.size() < 8) refuse(path, "it has " + std::to_string(file_.size()) + " bytes, too few for a header");
  uint64_t headerBytes = 0;
  std::memcpy(&headerBytes, file_.data(), 8);
  if (headerBytes > maximumHeaderBytes)
    refuse(path, "its header claims " + std::to_string(headerBytes) + " bytes, more than 100 MB");
  if (headerBytes > file_.size() - 8)
    refuse(path, "its header claims " + std::to_string(headerBytes) + " bytes, but only " +
                     std::to_string(file_.size() - 8) + " follow");
  const Json header = Json::parse({reinterpret_cast<const char*>(file_.data()) + 8, headerBytes}, path + " (header)");
  if (!header.isObject()) refuse(path, "its header is not a JSON object");
  const std::byte* data = file_.data() + 8 + headerBytes;
  const size_t dataBytes = file_.size() - 8 - headerBytes;

  struct Range {
    size_t begin, end;
    const std::string* name;
  };
  std::vector<Range> ranges;
  for (const auto& [name, value] : header.members()) {
    if (name == "__metadata__") {
      for (const auto& [key, text] : value.members())
        if (text.isString()) metadata_[key] = text.asString();
      continue;
    }
    const Json* dtype = value.find("dtype");
    const Json* shape = value.find("shape");
    const Json* offsets = value.find("data_offsets");
    if (!dtype || !dtype->isString() || !shape || !shape->isArray() || !offsets || offsets->items().size() != 2)
      refuse(path, "the entry of tensor " + name + " lacks dtype, shape or data_offsets");
    const size_t elementBytes = bytesPerElement(dtype->asString());
    if (elementBytes == 0) refuse(path, "tensor " + name + " has the unknown dtype " + dtype->asString());
    TensorEntry entry{dtype->asString(), {}, nullptr, elementBytes};
    for (const Json& item : shape->items()) {
      const auto extent = item.asInteger();
      if (!extent || *extent < 0 || (*extent > 0 && entry.bytes > dataBytes / static_cast<size_t>(*extent)))
        refuse(path, "tensor " + name + " has an extent that is no size or larger than the file");
      entry.shape.push_back(*extent);
      entry.bytes *= static_cast<size_t>(*extent);
    }
    const auto begin = offsets->items()[0].asInteger(), end = offsets->items()[1].asInteger();
    if (!begin || !end || *begin < 0 || *end < *begin || static_cast<size_t>(*end) > dataBytes)
      refuse(path, "tensor " + name + " lies outside the file's " + std::to_string(dataBytes) + " data bytes");
    if (static_cast<size_t>(*end - *begin) != entry.bytes)
      refuse(path, "tensor " + name + " takes " + std::to_string(*end - *begin) + " bytes, but its shape needs " +
                       std::to_string(entry.bytes));
    entry.data = data + *begin;
    const auto [place, fresh] = tensors_.emplace(name, std::move(entry));
    if (!fresh) refuse(path, "tensor " + name + " is listed twice");
    ranges.push_back({static_cast<size_t>(*begin), static_cast<size_t>(*end), &place->first});
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  size_t at = 0;
  for (const Range& range : ranges) {
    if (range.begin < at)
      refuse(path, "tensor " + *range.name + " overlaps the one before it at data byte " + std::to_string(range.begin));
    if (range.begin > at)
      refuse(path, "there is a hole of " + std::to_string(range.begin - at) + " bytes before tensor " + *range.name);
    at = range.end;
  }
  if (at != dataBytes) refuse(path, std::to_string(dataBytes - at) + " bytes at its end belong to no tensor");
}

void copyAsFloat(const TensorEntry& tensor, const std::string& name, const std::string& path, float* to) {
  const int64_t count = tensor.count();
  if (tensor.dtype == "F32") {
    if (count > 0) std::memcpy(to, tensor.data, tensor.bytes);
    return;
  }
  if (tensor.dtype != "BF16" && tensor.dtype != "F16")
    throw Error(ErrorCode::badCheckpoint, path + ": tensor " + name + " has dtype " + tensor.dtype +
                                              "; the engine reads F32, BF16 and F16. Convert the checkpoint.");
  for (int64_t i = 0; i < count; ++i) {
    uint16_t bits;
    std::memcpy(&bits, tensor.data + 2 * i, 2);
    to[i] = tensor.dtype == "BF16" ? std::bit_cast<float>(static_cast<uint32_t>(bits) << 16) : halfToFloat(bits);
  }
}

void writeSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  Json notes = Json::object();
  for (const auto& [key, value] : metadata) notes.set(key, Json::string(value));
  header.set("__metadata__", std::move(notes));
  std::vector<Json::Member> members = header.members();
  size_t at = 0;
  std::vector<size_t> sizes;
  for (const TensorToWrite& tensor : tensors) {
    size_t bytes = bytesPerElement(tensor.dtype);
    Json shape = Json::array();
    for (const int64_t extent : tensor.shape) {
      bytes *= static_cast<size_t>(extent);
      shape.push(Json::integer(extent));
    }
    Json entry = Json::object();
    entry.set("dtype", Json::string(tensor.dtype));
    entry.set("shape", std::move(shape));
    entry.set("data_offsets",
              Json::array({Json::integer(static_cast<int64_t>(at)), Json::integer(static_cast<int64_t>(at + bytes))}));
    members.emplace_back(tensor.name, std::move(entry));
    sizes.push_back(bytes);
    at += bytes;
  }
  std::string text = Json::object(std::move(members)).dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  writeFileAtomically(path, [&](const WriteBytes& write) {
    const uint64_t length = text.size();
    write(&length, 8);
    write(text.data(), text.size());
    for (size_t i = 0; i < tensors.size(); ++i) write(tensors[i].data(), sizes[i]);
  });
}

}  // namespace secondlook
