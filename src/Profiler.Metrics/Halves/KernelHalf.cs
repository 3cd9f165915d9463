using System.Text;
using Profiler.Core;
using Profiler.Core.Protobuf;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Halves;

/// <summary>The kernel half, as the talking half sees it: one question at a time. Thread safe.</summary>
internal sealed class KernelHalf : IMetricsSource, ISecretFiles, IDisposable
{
    private readonly Pair _pair;
    private readonly Action _reload;
    private readonly Lock _turn = new();
    private readonly SemaphoreSlim _answered = new(0);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PooledBuffer? _to;
    private MessageHead _head;

    /// <param name="pair">Our end, from now on the reader's of this.</param>
    /// <param name="reload">Called on a thread of the pool when the configuration is to be read again.</param>
    public KernelHalf(Pair pair, Action reload)
    {
        (_pair, _reload) = (pair, reload);
        new Thread(Listen, 256 * 1024) { IsBackground = true, Name = "kernel half" }.Start();
    }

    /// <summary>Completes when the kernel half is gone.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Tells that the configuration is read; returns when the kernel half can be asked.</summary>
    /// <exception cref="IOException">The kernel half is gone.</exception>
    public void Configured(bool tls) => Demand(Ask.Configured, tls ? (byte)1 : (byte)0);

    /// <summary>Tells that we listen; returns when the capture has begun.</summary>
    /// <exception cref="IOException">The kernel half is gone.</exception>
    public void Listening() => Demand(Ask.Listening, 0);

    /// <summary>Tells why we cannot start.</summary>
    /// <exception cref="IOException">The kernel half is gone.</exception>
    public void Failed(UserException why)
    {
        byte[] message = Encoding.UTF8.GetBytes(why.Message);
        _pair.Write((byte)Ask.Failed, (byte)why.Code, message.AsSpan(0, Math.Min(message.Length, Porter.LongestAsk)));
    }

    /// <exception cref="IOException">The kernel half is gone, or cannot answer.</exception>
    public void Write(ServedFormat format, PooledBuffer to)
    {
        if (Question(Ask.Metrics, (byte)format.Writer, [], to) is { Kind: not (byte)Tell.Answer })
            throw new IOException(Encoding.UTF8.GetString(to.Written.Span));
    }

    public SecretText Read(string path)
    {
        using var to = new PooledBuffer();
        MessageHead head = Question(Ask.File, 0, Encoding.UTF8.GetBytes(path), to);
        string text = Encoding.UTF8.GetString(to.Written.Span);
        if (head.Kind == (byte)Tell.Answer)
            return new SecretText(text, head.Detail == 1);
        // What was named later we can read ourselves, or not.
        return (Refusal)head.Detail switch
        {
            Refusal.NotNamed => SecretFile.Own.Read(path),
            Refusal.Unsafe => throw new WebConfigException(1, text),
            _ => throw new IOException(text),
        };
    }

    public string Stamp(string path)
    {
        using var to = new PooledBuffer();
        return Question(Ask.Stamp, 0, Encoding.UTF8.GetBytes(path), to).Kind == (byte)Tell.Answer
            ? Encoding.UTF8.GetString(to.Written.Span)
            : SecretFile.Own.Stamp(path);
    }

    public void Dispose() => _pair.End();

    private void Demand(Ask ask, byte detail)
    {
        using var to = new PooledBuffer();
        if (Question(ask, detail, [], to).Kind != (byte)Tell.Answer)
            throw new IOException("the kernel half refused");
    }

    private MessageHead Question(Ask ask, byte detail, ReadOnlySpan<byte> body, PooledBuffer to)
    {
        if (body.Length > Porter.LongestAsk)
            throw new IOException("the path is too long");
        lock (_turn)
        {
            if (_gone.Task.IsCompleted)
                throw new IOException("the kernel half is gone");
            Volatile.Write(ref _to, to);
            _pair.Write((byte)ask, detail, body);
            _answered.Wait();
            return Interlocked.Exchange(ref _to, null) is null ? _head : throw new IOException("the kernel half is gone");
        }
    }

    private void Listen()
    {
        try
        {
            while (_pair.ReadHead(Porter.LongestAnswer) is { } head)
                Hear(head);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // There is nobody to talk to any more.
        }
        _gone.SetResult();
        _pair.End();
        _answered.Release(); // whoever waits sees that its question is still open
    }

    private void Hear(MessageHead head)
    {
        if (head is { Kind: (byte)Tell.Reload, Length: 0 })
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => _reload(), null);
            return;
        }
        if (head.Kind is not ((byte)Tell.Answer or (byte)Tell.Refused) || Volatile.Read(ref _to) is not { } to)
            throw new InvalidDataException($"an answer of kind {head.Kind} that nobody asked for");
        _pair.Read(to.GetSpan(head.Length)[..head.Length]);
        to.Advance(head.Length);
        _head = head;
        Volatile.Write(ref _to, null);
        _answered.Release();
    }
}
