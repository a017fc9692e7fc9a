// A fuzzer's function without a fuzzer: fed with the files of its corpus, and with mutations of
// them. The environment names the corpus (FUZZ_CORPUS), and may name the seed (COW_TEST_SEED) and
// the number of mutated inputs (FUZZ_INPUTS).

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cow::fuzz {
namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kMostBytes = 4096;

// What is running, for the message when it aborts.
const Input* current = nullptr;

void print_current_input(int) {
  std::fprintf(stderr, "The input, as xxd -r -p reads it:\n");
  for (std::uint8_t byte : *current) std::fprintf(stderr, "%02x", byte);
  std::fprintf(stderr, "\n");
}

void run(const Input& input) {
  current = &input;
  std::signal(SIGABRT, print_current_input);
  LLVMFuzzerTestOneInput(input.data(), input.size());
  std::signal(SIGABRT, SIG_DFL);
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

std::vector<Input> read_corpus() {
  const char* const folder = std::getenv("FUZZ_CORPUS");
  std::vector<std::filesystem::path> paths;
  if (folder != nullptr) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Input> inputs;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// One small change, as fuzzers make them.
void mutate(const std::vector<Input>& corpus, std::mt19937_64& random, Input* input) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const auto any_byte = [&] { return static_cast<std::uint8_t>(random()); };
  const auto at = input->begin() + static_cast<std::ptrdiff_t>(below(input->size() + 1));
  switch (below(6)) {
    case 0:
      input->insert(at, any_byte());
      return;
    case 1:
      input->erase(at, at + static_cast<std::ptrdiff_t>(
                                below(std::min<std::size_t>(input->end() - at, 8) + 1)));
      return;
    case 2: {
      const Input& other = corpus[below(corpus.size())];
      const auto from = other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1));
      input->insert(at, from, other.end());
      return;
    }
    case 3:
      if (at != input->end()) *at ^= static_cast<std::uint8_t>(1 << below(8));
      return;
    default:
      if (at != input->end()) *at = any_byte();
  }
}

TEST(CorpusTest, EveryFile) {
  const std::vector<Input> corpus = read_corpus();
  ASSERT_FALSE(corpus.empty()) << "no files in FUZZ_CORPUS";
  for (const Input& input : corpus) run(input);
}

TEST(CorpusTest, Mutations) {
  const std::vector<Input> corpus = read_corpus();
  ASSERT_FALSE(corpus.empty()) << "no files in FUZZ_CORPUS";
  const std::uint64_t seed = number_from_environment("COW_TEST_SEED", std::random_device()());
  std::cout << "COW_TEST_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  for (std::uint64_t left = number_from_environment("FUZZ_INPUTS", 2'000); left > 0; --left) {
    Input input = corpus[random() % corpus.size()];
    for (std::uint64_t changes = random() % 6 + 1; changes > 0; --changes) {
      mutate(corpus, random, &input);
    }
    input.resize(std::min(input.size(), kMostBytes));
    run(input);
  }
}

}  // namespace
}  // namespace cow::fuzz
