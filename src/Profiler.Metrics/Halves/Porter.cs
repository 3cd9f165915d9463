using System.Text;
using Profiler.Core;
using Profiler.Core.Protobuf;
using Profiler.Core.Wire;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Halves;

/// <summary>What the kernel half does for the talking half. All are called by the porter's thread, one after the other.</summary>
internal interface IKernelHalf
{
    /// <summary>The configuration of the talking half is read; returns when that may go on.</summary>
    void Configured(bool tls);

    /// <summary>It listens; returns when the capture has begun.</summary>
    void Listening();

    /// <summary>It cannot start.</summary>
    void Failed(UserException why);

    /// <summary>Writes the metrics of this moment.</summary>
    void Metrics(ServedFormat format, PooledBuffer to);
}

/// <summary>
/// Answers one talking half, which it does not trust: one question after the other, in the order there is, with no memory for what the other
/// side says but a path.
/// </summary>
/// <param name="pair">Our end.</param>
/// <param name="half">What answers.</param>
/// <param name="files">The files that may be asked for.</param>
/// <param name="failed">Called with an error of ours in an answer.</param>
internal sealed class Porter(Pair pair, IKernelHalf half, NamedFiles files, Action<Exception> failed)
{
    /// <summary>Maximum length of a path or an error, bytes.</summary>
    public const int LongestAsk = 4096;

    /// <summary>Maximum length of an answer, bytes: some hundred thousand devices.</summary>
    public const int LongestAnswer = 256 << 20;

    private readonly byte[] _body = new byte[LongestAsk];
    private Ask _last;

    /// <summary>Answers until the other side is gone.</summary>
    /// <exception cref="InvalidDataException">It said what it must not.</exception>
    /// <exception cref="IOException">It is gone, in the middle of a message.</exception>
    public void Serve()
    {
        while (pair.ReadHead(LongestAsk) is { } head)
        {
            Span<byte> body = _body.AsSpan(0, head.Length);
            pair.Read(body);
            switch ((Ask)head.Kind)
            {
                case Ask.File or Ask.Stamp when head.Detail == 0:
                    File((Ask)head.Kind, Encoding.UTF8.GetString(body));
                    break;
                case Ask.Configured when head is { Detail: 0 or 1, Length: 0 } && _last == default:
                    _last = Ask.Configured;
                    // It reads requests soon, and may be somebody else then.
                    files.Close();
                    half.Configured(head.Detail == 1);
                    pair.Write((byte)Tell.Answer, 0, []);
                    break;
                case Ask.Listening when head is { Detail: 0, Length: 0 } && _last == Ask.Configured:
                    _last = Ask.Listening;
                    half.Listening();
                    pair.Write((byte)Tell.Answer, 0, []);
                    break;
                // A connection may be quicker than what it says of itself.
                case Ask.Metrics when head.Length == 0 && _last != default && Negotiation.Of((Writer)head.Detail) is { } format:
                    Metrics(format);
                    break;
                case Ask.Failed when _last != Ask.Listening && head.Detail is ExitCode.Usage or ExitCode.NotPossible:
                    half.Failed(new UserException(head.Detail, Printable.Clean(Encoding.UTF8.GetString(body), LongestAsk)));
                    return;
                default:
                    throw new InvalidDataException($"message {head.Kind} ({head.Detail}, {head.Length} bytes) after {(byte)_last}");
            }
        }
    }

    /// <summary>Asks it to read its configuration again. Any thread.</summary>
    /// <exception cref="IOException">It is gone.</exception>
    public void Reload() => pair.Write((byte)Tell.Reload, 0, []);

    private void Metrics(ServedFormat format)
    {
        using var answer = new PooledBuffer();
        try
        {
            half.Metrics(format, answer);
        }
#pragma warning disable CA1031 // a scrape that fails is no reason to end a capture
        catch (Exception e)
#pragma warning restore CA1031
        {
            failed(e);
            Refuse(Refusal.System, "the metrics cannot be written");
            return;
        }
        if (answer.Length <= LongestAnswer)
            pair.Write((byte)Tell.Answer, 0, answer.Written.Span);
        else
            Refuse(Refusal.System, $"the metrics have {answer.Length} bytes, more than {LongestAnswer}");
    }

    private void File(Ask what, string path)
    {
        try
        {
            (string text, bool isPublic) = what == Ask.File ? files.Read(path) : new SecretText(files.Stamp(path), false);
            pair.Write((byte)Tell.Answer, isPublic ? (byte)1 : (byte)0, Encoding.UTF8.GetBytes(text));
        }
        catch (NotNamedException e)
        {
            Refuse(Refusal.NotNamed, e.Message);
        }
        catch (WebConfigException e)
        {
            Refuse(Refusal.Unsafe, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Refuse(Refusal.System, e.Message);
        }
    }

    private void Refuse(Refusal why, string message) => pair.Write((byte)Tell.Refused, (byte)why, Encoding.UTF8.GetBytes(message));
}
