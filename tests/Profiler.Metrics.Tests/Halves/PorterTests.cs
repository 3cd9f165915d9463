using System.Text;
using Profiler.Core;
using Profiler.Core.Protobuf;
using Profiler.Linux;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Halves;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Halves;

/// <summary>The kernel half's side of the pair, with a talking half that somebody has taken over.</summary>
public sealed class PorterTests : IDisposable
{
    private readonly Other _other = new();
    private readonly StandIn _half = new();
    private readonly KnownFiles _files = new();
    private readonly List<Exception> _failures = [];
    private readonly Task _serving;

    public PorterTests() => _serving = Task.Run(() => new Porter(_other.Ours, _half, new NamedFiles(_files), _failures.Add).Serve());

    [Fact]
    public async Task A_start_and_a_scrape()
    {
        Assert.Equal("of /etc/web.yml", _other.Ask(Ask.File, "/etc/web.yml").Text);
        Assert.Equal((Tell.Answer, (byte)0, ""), _other.Ask(Ask.Configured, detail: 1));
        Assert.Equal((Tell.Answer, (byte)0, ""), _other.Ask(Ask.Listening));
        Assert.Equal((Tell.Answer, (byte)0, "Text"), _other.Ask(Ask.Metrics, detail: (byte)Writer.Text));
        Assert.Equal((Tell.Answer, (byte)0, "Protobuf"), _other.Ask(Ask.Metrics, detail: (byte)Writer.Protobuf));
        Assert.Equal(["configured with TLS", "listening"], _half.Heard);
        _other.End();
        await _serving;
    }

    [Fact]
    public void From_the_first_request_on_it_gets_the_files_it_had_and_no_others()
    {
        _other.Ask(Ask.File, "/etc/web.yml");
        _other.Ask(Ask.Stamp, "/etc/key");
        _other.Ask(Ask.Configured);
        Assert.Equal((Tell.Refused, (byte)Refusal.NotNamed), Head(_other.Ask(Ask.File, "/etc/shadow")));
        _other.Ask(Ask.Listening);
        Assert.Equal(Tell.Answer, _other.Ask(Ask.File, "/etc/web.yml").Kind);
        Assert.Equal("stamp of /etc/key", _other.Ask(Ask.Stamp, "/etc/key").Text);
        foreach (string path in new[] { "/etc/shadow", "/etc/web.yml\0", "", "/etc/../etc/web.yml", "/proc/self/mem" })
        {
            Assert.Equal((Tell.Refused, (byte)Refusal.NotNamed), Head(_other.Ask(Ask.File, path)));
            Assert.Equal((Tell.Refused, (byte)Refusal.NotNamed), Head(_other.Ask(Ask.Stamp, path)));
        }
        Assert.Equal(["/etc/web.yml", "/etc/web.yml"], _files.Read_);
    }

    [Fact]
    public void A_scrape_may_be_quicker_than_the_start()
    {
        _other.Ask(Ask.Configured);
        Assert.Equal("Text", _other.Ask(Ask.Metrics).Text);
        _other.Ask(Ask.Listening);
    }

    [Fact]
    public void Files_are_few()
    {
        for (int i = 0; i < 16; i++)
            Assert.Equal(Tell.Answer, _other.Ask(Ask.File, $"/{i}").Kind);
        Assert.Equal((Tell.Refused, (byte)Refusal.NotNamed), Head(_other.Ask(Ask.File, "/16")));
    }

    [Theory]
    [InlineData("unsafe", Refusal.Unsafe)]
    [InlineData("missing", Refusal.System)]
    [InlineData("forbidden", Refusal.System)]
    public void What_is_wrong_with_a_file_is_told(string path, object why) =>
        Assert.Equal((Tell.Refused, (byte)(Refusal)why, $"{path} is"), _other.Ask(Ask.File, path));

    [Fact]
    public void A_scrape_that_fails_is_told_to_both()
    {
        _other.Ask(Ask.Configured);
        _other.Ask(Ask.Listening);
        _half.Fails = true;
        Assert.Equal((Tell.Refused, (byte)Refusal.System, "the metrics cannot be written"), _other.Ask(Ask.Metrics));
        Assert.Equal("it fails", Assert.Single(_failures).Message);
        _half.Fails = false;
        Assert.Equal(Tell.Answer, _other.Ask(Ask.Metrics).Kind);
    }

    [Theory]
    [InlineData(0, 0, 0)] // no kind
    [InlineData(7, 0, 0)]
    [InlineData(255, 255, 0)]
    [InlineData((int)Ask.Metrics, 0, 0)] // not yet
    [InlineData((int)Ask.Listening, 0, 0)]
    [InlineData((int)Ask.Configured, 2, 0)]
    [InlineData((int)Ask.Configured, 0, 1)]
    [InlineData((int)Ask.File, 1, 1)]
    [InlineData((int)Ask.Failed, 0, 1)] // no code of an error
    [InlineData((int)Ask.Failed, 1, 1)]
    [InlineData((int)Ask.File, 0, Porter.LongestAsk + 1)]
    [InlineData((int)Ask.File, 0, int.MaxValue)]
    [InlineData((int)Ask.File, 0, -1)]
    public async Task What_it_must_not_say_ends_it(int kind, int detail, int length)
    {
        _other.Send((byte)kind, (byte)detail, length, new byte[Math.Clamp(length, 0, Porter.LongestAsk)]);
        await Assert.ThrowsAsync<InvalidDataException>(() => _serving);
        Assert.Empty(_half.Heard);
    }

    [Theory]
    [InlineData((int)Ask.Configured, 0)]
    [InlineData((int)Ask.Listening, 0)]
    [InlineData((int)Ask.Failed, 2)]
    [InlineData((int)Ask.Metrics, 3)] // no such format
    public async Task A_start_is_made_once(int kind, int detail)
    {
        _other.Ask(Ask.Configured);
        _other.Ask(Ask.Listening);
        _other.Send((byte)kind, (byte)detail, 0, []);
        await Assert.ThrowsAsync<InvalidDataException>(() => _serving);
    }

    [Fact]
    public async Task Why_it_cannot_start_is_bounded_and_printable()
    {
        _other.Send((byte)Ask.Failed, ExitCode.Usage, 12, "\u001b[2Jx\n\nabcd\r"u8.ToArray());
        await _serving;
        Assert.Equal(ExitCode.Usage, _half.Failure!.Code);
        Assert.DoesNotContain(_half.Failure.Message, char.IsControl);
    }

    /// <summary>Any bytes: it ends, or answers, and what it does is one of the things it does.</summary>
    [Fact]
    public async Task Any_bytes_are_an_error_or_nothing()
    {
        var random = new Random(1);
        for (int round = 0; round < 2000; round++)
        {
            using var other = new Other();
            var half = new StandIn();
            Task serving = Task.Run(() => new Porter(other.Ours, half, new NamedFiles(_files), _failures.Add).Serve());
            Task<long> answers = Task.Run(other.ReadToEnd);
            byte[] bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            // Often a right head, with what follows as it comes.
            for (int at = 0; at + 8 <= bytes.Length; at += random.Next(8, 40))
            {
                if (random.Next(4) > 0)
                    new MessageHead((byte)random.Next(1, 7), (byte)random.Next(0, 4), random.Next(0, 20)).Write(bytes.AsSpan(at));
            }
            other.SendRaw(bytes);
            other.EndWriting();
            try
            {
                await serving;
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
            }
            other.Ours.End();
            Assert.InRange(await answers, 0, 100_000);
            Assert.InRange(half.Heard.Count, 0, 2);
        }
        Assert.Empty(_failures);
    }

    public void Dispose() => _other.Dispose();

    private static (Tell, byte) Head((Tell Kind, byte Detail, string) answer) => (answer.Kind, answer.Detail);

    /// <summary>The other end of a pair.</summary>
    internal sealed class Other : IDisposable
    {
        private readonly int _fd;
        private readonly Pair _theirs;

        public Other()
        {
            (Ours, _fd) = Pair.Create();
            _theirs = new Pair(_fd);
        }

        public Pair Ours { get; }

        public (Tell Kind, byte Detail, string Text) Ask(Ask kind, string body = "", byte detail = 0)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(body);
            Send((byte)kind, detail, bytes.Length, bytes);
            MessageHead head = _theirs.ReadHead(int.MaxValue)!.Value;
            byte[] answer = new byte[head.Length];
            _theirs.Read(answer);
            return ((Tell)head.Kind, head.Detail, Encoding.UTF8.GetString(answer));
        }

        public void Send(byte kind, byte detail, int length, byte[] body)
        {
            byte[] bytes = new byte[MessageHead.Size + body.Length];
            new MessageHead(kind, detail, length).Write(bytes);
            body.CopyTo(bytes, MessageHead.Size);
            SendRaw(bytes);
        }

        public void SendRaw(byte[] bytes)
        {
            for (int at = 0; at < bytes.Length;)
            {
                nint written = Posix.write(_fd, in bytes[at], bytes.Length - at);
                if (written < 0)
                    return; // it has hung up
                at += (int)written;
            }
        }

        public long ReadToEnd()
        {
            byte[] some = new byte[4096];
            long all = 0;
            while (Posix.read(_fd, ref some[0], some.Length) is var read and > 0)
                all += read;
            return all;
        }

        public void ReadSome()
        {
            byte[] head = new byte[MessageHead.Size];
            Assert.True(Posix.read(_fd, ref head[0], head.Length) > 0);
        }

        public void EndWriting() => _ = Posix.shutdown(_fd, 1);

        public void End() => _theirs.End();

        public void Dispose()
        {
            _theirs.End();
            _theirs.Dispose();
            Ours.End();
        }
    }

    private sealed class StandIn : IKernelHalf
    {
        public List<string> Heard { get; } = [];

        public UserException? Failure { get; private set; }

        public bool Fails { get; set; }

        public void Configured(bool tls) => Heard.Add(tls ? "configured with TLS" : "configured");

        public void Listening() => Heard.Add("listening");

        public void Failed(UserException why) => Failure = why;

        public void Metrics(ServedFormat format, PooledBuffer to)
        {
            if (Fails)
                throw new InvalidOperationException("it fails");
            byte[] text = Encoding.UTF8.GetBytes($"{format.Writer}");
            text.CopyTo(to.GetSpan(text.Length));
            to.Advance(text.Length);
        }
    }

    private sealed class KnownFiles : ISecretFiles
    {
        public List<string> Read_ { get; } = [];

        public SecretText Read(string path)
        {
            Read_.Add(path);
            return path switch
            {
                "unsafe" => throw new WebConfigException(1, "unsafe is"),
                "missing" => throw new FileNotFoundException("missing is"),
                "forbidden" => throw new UnauthorizedAccessException("forbidden is"),
                _ => new SecretText($"of {path}", false),
            };
        }

        public string Stamp(string path) => $"stamp of {path}";
    }
}
