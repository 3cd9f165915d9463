namespace Profiler.Core.Lives;

/// <summary>A device that a process has open.</summary>
/// <param name="device">The device.</param>
/// <param name="process">The process.</param>
/// <param name="number">Larger than that of all devices opened before.</param>
internal sealed class DeviceUse(string device, ProcessLife process, long number)
{
    public string Device => device;

    public ProcessLife Process => process;

    public long Number => number;

    /// <summary>The other uses of the device.</summary>
    public DeviceUse? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    public DeviceUse? Next { get; set; }
}

/// <summary>The processes that have each device open, as far as known.</summary>
internal sealed class DeviceUsers
{
    private readonly Dictionary<string, DeviceUse> _first = [];
    private long _opened;

    /// <summary>A process has the device open.</summary>
    public DeviceUse Add(string device, ProcessLife process)
    {
        var use = new DeviceUse(device, process, ++_opened);
        if (_first.TryGetValue(device, out DeviceUse? next))
            (use.Next, next.Previous) = (next, use);
        _first[device] = use;
        return use;
    }

    /// <summary>A process does not have the device open any more.</summary>
    public void Remove(DeviceUse use)
    {
        if (use.Next is { } next)
            next.Previous = use.Previous;
        if (use.Previous is { } previous)
            previous.Next = use.Next;
        else if (use.Next is null)
            _first.Remove(use.Device);
        else
            _first[use.Device] = use.Next;
    }

    /// <summary>The device is released: no process has it open any more.</summary>
    public void Release(string device)
    {
        while (_first.TryGetValue(device, out DeviceUse? use))
            use.Process.RemoveDevice(use);
    }
}
