using System.Diagnostics;
using System.Text;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Fuzz;

/// <summary>
/// Gives a parser its corpus (files in <c>corpus/NAME/</c>) and many inputs made of it. The parser returns, or throws what it documents,
/// which its caller catches; everything else is a failure: another exception, an input that never ends, or memory without bound.
/// Input i is the same in each run. FUZZ=N in the environment: N inputs instead of the usual number.
/// </summary>
internal sealed class Fuzzer
{
    private const long MostBytes = 256L << 20;

    private static readonly TimeSpan Hangs = TimeSpan.FromMinutes(1);
    private static readonly int? Asked = int.TryParse(Environment.GetEnvironmentVariable("FUZZ"), out int n) ? n : null;

    // What parsers look at: separators, ends of ranges, beginnings of escapes.
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\0", "\n", "\r\n", " ", ":", "/", "//", "/../", ",", ",,", ";", "=", "-", "--", "@", "\"", "'", "\\", "\\x", "\\x2d", "%", "{", "}", "[", "]", "[]", "&a ", "*a",
            "? ", "- ", "|", ">", "#", "!!", "\t", "0", "-1", "00", "1e9", "0x", "2147483648", "4294967295", "9223372036854775807", "9223372036854775808", "18446744073709551616",
            "0xffffffffffffffff", "NaN", "∞", "😀", "\u202e", "\ufeff", "null", "true", "é", "guest=", "fd=", "path=", "pod", ".slice", ".scope",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0x7f], [0x1b],
    ];

    private readonly byte[][] _corpus;
    private readonly string _name;

    /// <param name="name">Folder of the corpus.</param>
    /// <param name="more">Seeds that are made, not kept.</param>
    public Fuzzer(string name, params byte[][] more)
    {
        _name = name;
        string folder = Golden.Beside($"corpus/{name}");
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        _corpus = [.. files.Order(StringComparer.Ordinal).Select(File.ReadAllBytes), .. more];
    }

    /// <summary>Tries the corpus as it is, then what is made of it.</summary>
    /// <param name="inputs">How many, unless FUZZ says so.</param>
    /// <param name="parse">On several threads at once.</param>
    public async Task Try(int inputs, Func<byte[], Task> parse)
    {
        int count = Asked ?? inputs;
        long[] began = new long[count + _corpus.Length];
        Task all = Parallel.ForAsync(-_corpus.Length, count, async (i, _) =>
        {
            byte[] input = i < 0 ? _corpus[~i] : Input(i);
            Volatile.Write(ref began[i + _corpus.Length], Stopwatch.GetTimestamp());
            await Once(i, input, parse);
            Volatile.Write(ref began[i + _corpus.Length], 0);
        });
        while (await Task.WhenAny(all, Task.Delay(Hangs / 4)) != all)
        {
            int stuck = Array.FindIndex(began, b => b > 0 && Stopwatch.GetElapsedTime(b) > Hangs);
            Assert.True(stuck < 0, stuck < 0 ? "" : Describe(stuck - _corpus.Length, "it does not end"));
        }
        await all;
    }

    /// <inheritdoc cref="Try(int, Func{byte[], Task})"/>
    public Task Try(int inputs, Action<byte[]> parse) => Try(inputs, async input =>
    {
        await Task.Yield();
        long before = GC.GetAllocatedBytesForCurrentThread();
        parse(input);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > MostBytes)
            throw new InvalidOperationException($"{allocated >> 20} MiB allocated");
    });

    private async Task Once(int i, byte[] input, Func<byte[], Task> parse)
    {
        try
        {
            await parse(input);
        }
#pragma warning disable CA1031 // whatever it is, it is told with the input
        catch (Exception e)
#pragma warning restore CA1031
        {
            Assert.Fail(Describe(i, $"{e}"));
        }
    }

    // The input can be kept as a file of the corpus: base64 -d.
    private string Describe(int i, string what)
    {
        byte[] input = i < 0 ? _corpus[~i] : Input(i);
        return $"{_name}, input {i}: {what}\n{Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 20_000)))}";
    }

    private byte[] Input(int i)
    {
        var random = new Random(i);
        byte[] bytes = _corpus[random.Next(_corpus.Length)];
        for (int changes = 1 + random.Next(4); changes > 0; changes--)
            bytes = Change(bytes, random);
        return bytes;
    }

    private byte[] Change(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length + 1), length = random.Next(Math.Min(64, bytes.Length - at) + 1);
        byte[] head = bytes[..at], part = bytes[at..(at + length)], tail = bytes[(at + length)..];
        byte[] token = Tokens[random.Next(Tokens.Length)];
        switch (random.Next(10))
        {
            case 0: return [.. head, .. tail]; // lost
            case 1: return [.. head, .. part, .. part, .. tail]; // twice
            case 2: return [.. head, .. token, .. tail]; // replaced
            case 3 or 4: return [.. head, .. token, .. part, .. tail]; // inserted
            case 5: return random.Next(8) > 0 ? head : []; // cut off
            case 6: // very often
                byte[] often = random.Next(2) == 0 ? token : part;
                return [.. head, .. Enumerable.Repeat(often, 1 << random.Next(14)).SelectMany(b => b).Take(1 << 16), .. tail];
            case 7: // another one goes on
                byte[] other = _corpus[random.Next(_corpus.Length)];
                return [.. head, .. other[random.Next(other.Length + 1)..]];
            case 8:
                random.NextBytes(part);
                return [.. head, .. part, .. tail];
            default:
                byte[] flipped = [.. bytes];
                if (flipped.Length > 0)
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
        }
    }
}
